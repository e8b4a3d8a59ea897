"""Items and users whose columns stand in several tables: the whole way from raw files to examples."""

import json

import pytest

from components.behaviour_example_gen.generation import generate_examples, splits_of
from components.item_catalog.catalog import build_catalog
from components.item_catalog.table import CatalogItem, read_table
from components.own_log.findings.log_check import check_log
from components.own_log.statistics.event_columns import read_event_columns
from schemas import features
from schemas.canonical_event import Item
from tests.support.generated_examples import NOW_MS, read_split
from tests.support.log_findings import told
from tests.support.raw_files import lines, make_pipeline, write
from tfx_pipeline.cli.asking.source_log import read_source_log
from tfx_pipeline.config.pipeline_config import load_config

CONFIG = """
data:
  path: {folder}
  events: events.tsv
  item_sources:
    - {{items: titles-*.csv}}
    - items: prices.tsv
      item_columns: {{item_id: sku, title: name, numbers: [price], attributes: [brand]}}
    - {{items: vectors.jsonl, item_columns: {{item_id: id, vectors: embedding}}}}
  user_sources:
    - {{users: cities.csv, user_columns: {{attributes: [city]}}}}
    - {{users: ages.csv, user_columns: {{user_id: uid, attributes: [city], numbers: [age]}}}}
  earliest: ""
  train_negatives: 1
  evaluation_negatives: 1
  max_reject_share: 0.1
"""


@pytest.fixture
def config(tmp_path):
    events = [("u1", time, "recommendation", item) for time, item in enumerate("abcd")]
    write(tmp_path / "events.tsv", lines(("user_id", "timestamp_ms", "surface", "item_id"), *events))
    write(tmp_path / "titles-1.csv", "item_id,title,categories\na,RED MUG,Home|Mugs\nb,BIG MUG,\nc,,\nd,JAR,\n")
    write(tmp_path / "titles-2.csv", "item_id,title,categories\ne1,CUP,\na,TWICE,\n")
    # The price list has a name for b that is another, and one for c that the first table lacks.
    prices = [
        ("a", "", 2, "ACME"),
        ("b", "BIGGER MUG", 0, ""),
        ("c", "POT", "", ""),
        ("E1", "CUP", 3, ""),
        ("f", "", 4, ""),
    ]
    write(tmp_path / "prices.tsv", lines(("sku", "name", "price", "brand"), *prices))
    vectors = [{"id": "a", "embedding": [1, 0]}, {"id": "c", "embedding": [0.5, 1]}, {"id": "d"}]
    write(tmp_path / "vectors.jsonl", "\n".join(map(json.dumps, vectors)))
    write(tmp_path / "cities.csv", "user_id,city\nu1,Rome\nu2,\n")
    write(tmp_path / "ages.csv", "uid,city,age\nu1,Oslo,41\nu2,Bonn,7\nU3,Kiel,8\n")
    write(tmp_path / "several.yaml", CONFIG.format(folder=tmp_path))
    return load_config(str(tmp_path / "several.yaml")).data


CATALOG = [
    CatalogItem(Item("E1", "CUP", (), {"brand": ""}, numbers={"price": 3.0}), 0),
    CatalogItem(Item("a", "RED MUG", ("Home", "Mugs"), {"brand": "ACME"}, (), {"price": 2.0}, (1.0, 0.0)), 1),
    CatalogItem(Item("b", "BIG MUG", numbers={"price": 0.0}), 1),
    CatalogItem(Item("c", "POT", vector=(0.5, 1.0)), 1),
    CatalogItem(Item("d", "JAR"), 1),
    CatalogItem(Item("e1", "CUP"), 0),
    CatalogItem(Item("f", attributes={"brand": ""}, numbers={"price": 4.0}), 0),
]
IN_TABLE = "values of {!r} that two tables give differently were taken from the first"
ALIKE = "ids of items in one table that nearly agree with one of another"


def test_items_and_users_are_joined_on_their_way_to_examples(config, tmp_path):
    for name in ("catalog", "rejects", "items-rejects"):
        (tmp_path / name).mkdir()
    catalog, rejects = str(tmp_path / "catalog"), str(tmp_path / "items-rejects")
    summary = build_catalog(make_pipeline, config, catalog, rejects, NOW_MS)
    assert list(read_table(catalog)) == CATALOG
    counts = {"items_in_several_tables": 4, "items_in_one_table": 3}
    assert {name: summary.counts[name] for name in counts} == counts
    report = summary.reports["item"]
    assert (report.rows, report.reasons) == (14, {"duplicate item": 1})
    assert str(report.first[0]) == (
        f"{tmp_path}/titles-2.csv:3: duplicate item: 'a' stands in {tmp_path}/titles-1.csv:2"
    )
    pair = "'e1' in data.item_sources[0] and 'E1' in data.item_sources[1]"
    differing = "'b' has 'BIG MUG' in data.item_sources[0] and 'BIGGER MUG' in data.item_sources[1]"
    assert report.converted == {IN_TABLE.format("title"): (1, differing), ALIKE: (1, pair)}

    directories = {split: str(tmp_path / f"Split-{split}") for split in splits_of(config)}
    made = generate_examples(make_pipeline, config, catalog, directories, str(tmp_path / "rejects"), NOW_MS)
    items = {each["item_id"][0]: each for each in read_split(directories[features.CATALOG_SPLIT])}
    assert items["a"]["attributes"] == ["ACME"] and items["a"]["numbers"] == [2.0] and items["a"]["vector"] == [1, 0]
    assert items["c"]["title"] == ["POT"] and items["c"]["vector"] == [0.5, 1.0]
    users = {each["user_id"][0]: each for each in read_split(directories[features.AUDIENCE_SPLIT])}
    found = {user: (each["user_attributes"], each["user_numbers"]) for user, each in users.items()}
    assert found == {"u1": (["Rome"], [41.0]), "u2": (["Bonn"], [7.0]), "U3": (["Kiel"], [8.0])}
    assert made.reports["user"].rows == 5
    assert (made.counts["users_in_several_tables"], made.counts["users_in_one_table"]) == (2, 1)
    cities = "'u1' has 'Rome' in data.user_sources[0] and 'Oslo' in data.user_sources[1]"
    assert made.reports["user"].converted == {IN_TABLE.format("city"): (1, cities)}


def test_the_command_line_joins_the_same_tables(config):
    log = read_source_log(config, say=lambda text: None)
    assert {row.item.item_id: row.item for row in CATALOG} == log.items
    assert read_event_columns(config, NOW_MS).titles["c"] == "POT"
    check = check_log(config, NOW_MS)
    assert check.table.items == log.items
    found = [told(each) for each in check.findings if each.code.startswith("tables_")]
    assert [each.split(":")[0] for each in found] == [
        "warning tables_differ",
        "warning tables_hardly_meet",
        "warning tables_differ",
        "note tables_joined",
    ]
    assert "1 values of 'title' are not the same in two tables of items: 'b' has 'BIG MUG' in" in found[0]
    assert "4 of 7 items stand in several tables of data.item_sources, 3 in one alone; all are kept; 1 more" in found[1]
    assert "'e1' in data.item_sources[0] and 'E1' in data.item_sources[1]. Write ids in one way" in found[1]
    assert "1 values of 'city' are not the same in two tables of users: 'u1' has 'Rome' in data.user_sou" in found[2]
    assert "2 of 3 users stand in several tables of data.user_sources, 1 in one alone; all are kept." in found[3]
    # Only f has no title in any table.
    assert (check.table.untitled.count, check.table.untitled.example) == (1, "f")
