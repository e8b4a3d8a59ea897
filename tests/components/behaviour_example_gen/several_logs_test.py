"""Two logs, each with files, columns and a format of its own, and two tables of items: the whole way to examples.

The same configuration, written as YAML, is read by what the command line reads logs with.
"""

import gzip
import json

import pytest

from components.behaviour_example_gen.component import BehaviourExampleGen
from components.behaviour_example_gen.generation import generate_examples, splits_of
from components.item_catalog.catalog import build_catalog
from components.item_catalog.component import ItemCatalogGen
from components.item_catalog.table import read_table
from components.own_log.findings.log_check import check_log
from components.own_log.statistics.event_columns import read_event_columns
from components.raw_files.refusal import DataError
from schemas import features
from schemas.canonical_event import Item, Surface, Token
from serving.shop_log.event_log import HistoryLimits
from tests.support.generated_examples import NOW_MS, read_split
from tests.support.raw_files import make_pipeline, write
from tfx_pipeline.cli.asking.source_log import read_source_log
from tfx_pipeline.config.pipeline_config import load_config
from tfx_pipeline.past_runs.last_run import digest_of_inputs

CONFIG = """
data:
  path: {folder}
  sources:
    - events: searches-*.csv
      surface: search
      delimiter: ";"
      encoding: cp1252
      columns: {{user_id: who, timestamp: at, query: typed, item_id: sku, label: "", session_id: visit}}
    - events: feed/part-*
      surface: recommendation
      columns:
        user_id: user.id
        timestamp: ms
        lists: [shown]
        item_id: shown.id
        label: shown.hit
    - {{events: bought.tsv, surface: recommendation, label: 1, columns: {{timestamp: time, time_unit: s}}}}
  item_sources:
    - items: mugs.csv
    - items: pots.tsv
      item_columns: {{item_id: sku, title: name, attributes: [brand]}}
  earliest: ""
  train_negatives: 1
  evaluation_negatives: 1
  max_reject_share: 0.4
"""
FEED = [
    {"user": {"id": "u"}, "ms": 1000, "shown": [{"id": "a", "hit": 1}, {"id": "x", "hit": 0}]},
    {"user": {"id": "u"}, "ms": 3000, "shown": [{"id": "", "hit": 1}, {"id": "c", "hit": 1}]},
]


@pytest.fixture
def config(tmp_path):
    write(
        tmp_path / "searches-1.csv", "who;at;typed;sku;visit\nu;2000;größe;b;s1\nu;3000;größe;d;s2\n".encode("cp1252")
    )
    write(tmp_path / "searches-2.csv", "who;at;typed;sku;visit\nu;5000;pot;f;s3\n;6000;pot;f;s3\n")
    (tmp_path / "feed").mkdir()
    (tmp_path / "feed" / "part-0").write_bytes(gzip.compress("\n".join(map(json.dumps, FEED)).encode()))
    write(tmp_path / "bought.tsv", "user_id\ttime\titem_id\nu\t4\te\n")
    write(tmp_path / "mugs.csv", "item_id,title\na,RED MUG\nb,BIG MUG\n")
    write(tmp_path / "pots.tsv", "sku\tname\tbrand\nf\tPOT\tACME\na\tTWICE\tACME\n")
    write(tmp_path / "several.yaml", CONFIG.format(folder=tmp_path))
    return load_config(str(tmp_path / "several.yaml")).data


def test_the_events_of_all_logs_are_merged_by_time(config, tmp_path):
    for name in ("catalog", "rejects", "items-rejects"):
        (tmp_path / name).mkdir()
    build_catalog(make_pipeline, config, str(tmp_path / "catalog"), str(tmp_path / "items-rejects"), NOW_MS)
    items = {row.item.item_id: row.item for row in read_table(str(tmp_path / "catalog"))}
    assert [items[each] for each in "abf"] == [
        Item("a", "RED MUG", attributes={"brand": "ACME"}),
        Item("b", "BIG MUG"),
        Item("f", "POT", attributes={"brand": "ACME"}),
    ]
    directories = {split: str(tmp_path / f"Split-{split}") for split in splits_of(config)}
    generate_examples(make_pipeline, config, str(tmp_path / "catalog"), directories, str(tmp_path / "rejects"), NOW_MS)
    made = {
        example[features.CANDIDATES][0]: (split, example[features.HISTORY_ITEMS], example[features.HISTORY_QUERIES])
        for split in features.BEHAVIOUR_SPLITS
        for example in read_split(directories[split])
    }
    # d and c are of the same time: d stands in the earlier entry. x was only shown.
    assert made == {
        "a": ("train", [], []),
        "b": ("train", ["a"], []),
        "d": ("validation", ["a", "b"], ["größe"]),
        "c": ("validation", ["a", "b", "d"], ["größe", "größe"]),
        "e": ("test", ["a", "b", "d", "c"], ["größe", "größe"]),
        "f": ("test", ["a", "b", "d", "c", "e"], ["größe", "größe"]),
    }
    attributes = {each["item_id"][0]: each["attributes"] for each in read_split(directories[features.CATALOG_SPLIT])}
    assert (attributes["f"], attributes["a"], attributes["b"]) == (["ACME"], ["ACME"], [""])
    rejects = [
        json.loads(line)
        for folder in ("rejects", "items-rejects")
        for file in sorted((tmp_path / folder).glob("rejects*"))
        for line in file.read_text().splitlines()
    ]
    assert {(each["file"].rsplit("/", 1)[1], each["line"], each["detail"]) for each in rejects} == {
        ("searches-2.csv", 3, "column 'who' is empty"),
        ("part-0", 2, "element 1: column 'shown.id' is empty on a recommendation event"),
    }


def test_the_command_line_reads_the_same_logs(config):
    log = read_source_log(config)
    feed = [Token(Surface.RECOMMENDATION, (item,)) for item in "ace"]
    assert log.history_of("u", HistoryLimits(9, 9, 9)) == (
        *(feed[0], Token(Surface.SEARCH, ("b",), "größe"), Token(Surface.SEARCH, ("d",), "größe"), *feed[1:]),
        Token(Surface.SEARCH, ("f",), "pot"),
    )
    assert (log.title("f"), log.title("a"), log.rejects) == ("POT", "RED MUG", 2)
    columns = read_event_columns(config, NOW_MS)
    assert (len(columns.user), columns.refused) == (7, {"missing user": 1, "missing item": 1})
    check = check_log(config, NOW_MS)
    assert (check.tally.events, check.tally.by_surface[Surface.SEARCH], len(check.files)) == (7, 3, 6)
    assert not [each for each in check.findings if each.code in ("missing_column", "unreadable_file", "missing_file")]


def test_the_cache_notices_a_change_of_any_file(config, tmp_path):
    def digests():
        made = ItemCatalogGen(config), BehaviourExampleGen(ItemCatalogGen(config).outputs["catalog"], config)
        return [each.exec_properties["fingerprint"] for each in made]

    whole = load_config(str(tmp_path / "several.yaml"))
    before, run_before = digests(), digest_of_inputs(whole, "")
    for name in ("searches-2.csv", "feed/part-0", "bought.tsv"):
        (tmp_path / name).write_bytes((tmp_path / name).read_bytes() + b"\n")
        after = digests()
        assert before[0] != after[0] and before[1] != after[1] and digest_of_inputs(whole, "") != run_before
        before, run_before = after, digest_of_inputs(whole, "")
    write(tmp_path / "pots.tsv", "sku\tname\tbrand\n")
    assert digests()[0] != before[0] and digest_of_inputs(whole, "") != run_before


def test_what_is_wrong_with_an_entry_is_told_with_its_place(config, tmp_path):
    write(tmp_path / "searches-1.csv", "whom;at;typed;sku;visit\nu;2000;a;b;s1\n")
    (tmp_path / "bought.tsv").unlink()
    with pytest.raises(DataError, match=r"^data\.sources\[2\]\.events = .*bought\.tsv: no such file"):
        read_source_log(config)
    write(tmp_path / "pots.tsv", "sku,name,brand\nf,POT,ACME\n")
    found = check_log(config, NOW_MS).findings
    missing = {each.field: each.mend for each in found if each.code in ("missing_file", "missing_column")}
    assert missing.keys() == {
        "data.sources[2].events",
        "data.sources[0].columns.user_id",
        "data.item_sources[1].item_columns.item_id",
        "data.item_sources[1].item_columns.attributes[0]",
    }
    mend = "Did you mean 'whom'? Then set data.sources[0].columns.user_id: whom."
    assert missing["data.sources[0].columns.user_id"].startswith(mend)
    comma = "Its first line is divided by commas: set data.item_sources[1].item_files.delimiter: comma."
    assert missing["data.item_sources[1].item_columns.item_id"].startswith(comma)
