import pytest

from components.raw_files.refusal import DataError
from components.sources.adapter import ADAPTERS, adapter, users_reader
from components.sources.adapters import event_tables, fixed_benchmark
from components.sources.data_config import DataConfig
from components.sources.event_rows import UserColumns


def test_an_adapter_is_found_by_its_name():
    assert adapter("events").read_events is event_tables.read_events
    assert adapter("events").read_items is event_tables.read_items
    assert adapter("fixed_benchmark").read_candidates is fixed_benchmark.read_candidates


def test_only_what_has_no_search_log_makes_queries():
    assert [name for name, each in ADAPTERS.items() if each.with_item] == ["amazon_reviews"]


def test_files_are_those_of_the_settings_unless_the_adapter_names_them():
    config = DataConfig(events="e", items="i")
    assert adapter("events").source_files(config).items == "i"
    assert adapter("fixed_benchmark").source_files(config).items == "e/items.tsv*"


def test_an_unknown_adapter():
    with pytest.raises(
        DataError, match="^data.source = 'kuaishou': there is no such adapter. Known are amazon_reviews, "
    ):
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
