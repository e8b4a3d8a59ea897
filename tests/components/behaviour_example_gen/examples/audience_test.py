"""The table of users as a part of the whole way from files to examples."""

from components.item_catalog.table import CatalogItem
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
