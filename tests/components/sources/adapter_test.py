import pytest

from components.raw_files.refusal import DataError
from components.sources.adapter import ADAPTERS, adapter, check_pretraining, users_reader
from components.sources.adapters import event_tables
from components.sources.data_config import DataConfig
from components.sources.event_rows import UserColumns


def test_what_only_some_sources_have_and_one_that_there_is_not():
    assert [name for name, each in ADAPTERS.items() if each.with_item] == ["amazon_reviews"]
    assert [name for name, each in ADAPTERS.items() if each.read_candidates] == ["fixed_benchmark"]
    with pytest.raises(DataError, match="^data.source = 'kuaishou': there is no such adapter. Known are amazon_rev"):
        adapter("kuaishou")


def test_a_table_of_users_is_read_where_the_configuration_names_one():
    users = {"users": "u.csv", "user_columns": UserColumns(attributes=("level",))}
    assert users_reader(DataConfig(source="kuaisar", **users)) is event_tables.read_users
    assert users_reader(DataConfig(source="kuaisar")) is users_reader(DataConfig(source="jdsearch")) is None
    with pytest.raises(DataError) as error:
        users_reader(DataConfig(source="jdsearch", **users))
    assert str(error.value) == (
        "data.users = u.csv: the source `jdsearch` has no table of users. Those that have one: events, kuaisar. Leave "
        "data.users and data.user_columns out."
    )


def test_a_source_with_splits_of_its_own_has_no_events_of_pre_training():
    check_pretraining(DataConfig(source="jdsearch", pretraining_events="x"))
    check_pretraining(DataConfig(source="fixed_benchmark"))
    with pytest.raises(DataError, match="^data.pretraining_events = x: the source `fixed_benchmark` has splits of its"):
        check_pretraining(DataConfig(source="fixed_benchmark", pretraining_events="x"))
