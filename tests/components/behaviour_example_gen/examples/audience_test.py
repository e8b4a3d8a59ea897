"""The table of users as a part of the whole way from files to examples."""

import dataclasses

import pytest

from components.item_catalog.table import CatalogItem
from components.raw_files.refusal import DataError
from components.sources.data_config import DataConfig
from components.sources.event_rows import UserColumns
from schemas import features
from schemas.canonical_event import Item
from tests.support.generated_examples import generate
from tests.support.raw_files import lines, write

EVENTS = [("user_id", "timestamp_ms", "surface", "item_id")]
EVENTS += [("u1", time, "recommendation", item) for time, item in enumerate("abc")]
HEADER = ("user_id", "level", "city")


def test_an_example_a_user_with_events_or_without(tmp_path):
    write(tmp_path / "users-1.tsv", lines(HEADER, ("u2", 5, ""), ("u1", 3, "Rome"), ("", 1, "Oslo")))
    write(tmp_path / "users-2.tsv", lines(HEADER, ("u1", 9, "Oslo")))
    config = DataConfig(
        events=write(tmp_path / "log.tsv", lines(*EVENTS)),
        users=f"{tmp_path}/users-*.tsv",
        user_columns=UserColumns(attributes=("city", "level")),
        train_negatives=1,
        evaluation_negatives=1,
        max_reject_share=0.5,
    )
    made = generate(tmp_path / "made", config, [CatalogItem(Item(item), 1) for item in "abcxyz"])
    examples = sorted(made.splits[features.AUDIENCE_SPLIT], key=lambda example: example[features.USER_ID])
    assert examples == [
        {"user_id": ["u1"], "user_attributes": ["Rome", "3"]},
        {"user_id": ["u2"], "user_attributes": ["", "5"]},
    ]
    report = made.summary.reports["user"]
    assert report.rows == 4
    assert [str(each) for each in report.first] == [
        f"{tmp_path}/users-1.tsv:4: missing user: column 'user_id' is empty",
        f"{tmp_path}/users-2.tsv:2: duplicate user: 'u1' stands in {tmp_path}/users-1.tsv:3",
    ]
    assert not any(features.USER_ATTRIBUTES in example for example in made.targets)


def test_users_may_have_numbers_alone(tmp_path):
    config = DataConfig(
        events=write(tmp_path / "log.tsv", lines(*EVENTS)),
        users=write(tmp_path / "users.tsv", lines(("user_id", "age"), ("u1", 41))),
        user_columns=UserColumns(numbers=("age",)),
        train_negatives=1,
        evaluation_negatives=1,
    )
    made = generate(tmp_path / "made", config, [CatalogItem(Item(item), 1) for item in "abcxyz"])
    expected = {"user_id": ["u1"], "user_attributes": [], "user_numbers": [41.0]}
    assert made.splits[features.AUDIENCE_SPLIT] == [expected]


def test_a_table_of_other_users_is_told_with_ids_that_nearly_agree(tmp_path):
    rows = [(f"U{user}", time, "recommendation", "", item) for user in (1, 2) for time, item in enumerate("abcd")]
    write(tmp_path / "events.tsv", lines(("user_id", "timestamp_ms", "surface", "query", "item_id"), *rows))
    write(tmp_path / "users.tsv", lines(("user_id", "level"), ("u1", "3"), ("u2", "3"), ("u9", "3")))
    config = DataConfig(
        events=f"{tmp_path}/events.tsv",
        users=f"{tmp_path}/users.tsv",
        user_columns=UserColumns(attributes=("level",)),
        evaluation_negatives=1,
        train_negatives=1,
    )
    told = (
        "2 of the log's 2 users (100.0%) are not in data.users = .*users.tsv; 2 would be if ids were written alike: "
        "'U1' in the log and 'u1' in the table, 'U2' in the log and 'u2' in the table. That is more than"
    )
    catalog = [CatalogItem(Item(item), 1) for item in "abcdefgh"]
    with pytest.raises(DataError, match=told.replace("(100.0%)", r"\(100.0%\)")):
        generate(tmp_path / "made", config, catalog)
    counts = generate(tmp_path / "all", dataclasses.replace(config, max_unknown_share=1.0), catalog).summary.counts
    assert (counts["users_of_log"], counts["users_not_in_table"]) == (2, 2)
