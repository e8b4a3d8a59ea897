"""The configurations of docs/logs.md, on small files as the exporters write them."""

import datetime
import gzip
import json
import re
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from components.own_log.findings.log_check import check_log
from components.own_log.findings.log_finding import Severity
from schemas.canonical_event import Item, Surface, Token
from serving.shop_log.event_log import HistoryLimits
from tests.support.raw_files import lines, write
from tfx_pipeline.cli.asking.source_log import read_source_log
from tfx_pipeline.config.pipeline_config import load_config

PAGE = Path(__file__).resolve().parents[3] / "docs" / "logs.md"
pytestmark = pytest.mark.skipif(not PAGE.is_file(), reason="the documentation is in the repository, not in the wheel")
UTC = datetime.timezone.utc


def config_of(name, folder):
    """The configuration of this name on the page, reading from the folder."""
    (text,) = re.findall(rf"```yaml\n(name: {name}\n.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    write(folder / f"{name}.yaml", text)
    return load_config(str(folder / f"{name}.yaml"), [f"data.path={folder}"]).data


def parquet(path, rows, schema=None):
    path.parent.mkdir(exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows, schema), path, compression="snappy")


def moment(minute):
    return datetime.datetime(2026, 1, 31, 12, minute, tzinfo=UTC)


def history(config, user):
    log = read_source_log(config)
    errors = [each for each in check_log(config, 2_000_000_000_000).findings if each.severity is Severity.ERROR]
    assert (log.rejects, [each for each in errors if each.code.startswith(("missing", "unread", "refused"))]) == (0, [])
    return log, log.history_of(user, HistoryLimits(9, 9, 9))


def test_exports_of_bigquery_and_snowflake(tmp_path):
    config = config_of("warehouse", tmp_path)
    result = pa.struct([("product_id", pa.int64()), ("clicked", pa.bool_()), ("seen", pa.list_(pa.int64()))])
    user = pa.struct([("id", pa.string()), ("tags", pa.list_(pa.struct([("k", pa.string())])))])
    fields = [("user", user), ("searched_at", pa.timestamp("us", tz="UTC")), ("search_text", pa.string())]
    searches = pa.schema([*fields, ("search_id", pa.string()), ("results", pa.list_(result))])

    def search(minute, query, *results):
        found = [{"product_id": item, "clicked": clicked, "seen": [1]} for item, clicked in results]
        who = {"id": "u", "tags": [{"k": "x"}]}
        return {"user": who, "searched_at": moment(minute), "search_text": query, "search_id": query, "results": found}

    for shard, rows in enumerate([[search(1, "mug", (11, False), (12, True))], [search(3, "pot", (13, False))], []]):
        parquet(tmp_path / "searches" / f"part-{shard:012}.parquet", rows, searches)
    names = ("USER_ID", "AT", "PRODUCT_ID", "CLICKED")
    kinds = (pa.string(), pa.timestamp("ns"), pa.decimal128(38, 0), pa.bool_())
    for shard, (minute, item, clicked) in enumerate([(2, 14, True), (4, 15, False)]):
        row = ("u", moment(minute).replace(tzinfo=None), Decimal(item), clicked)
        path = tmp_path / "feed" / f"data_0_{shard}_0.snappy.parquet"
        parquet(path, [dict(zip(names, row, strict=True))], pa.schema(list(zip(names, kinds, strict=True))))
    (tmp_path / "orders").mkdir()
    write(tmp_path / "orders" / "data_0_0_0.csv.gz", lines((7, "u", "2026-01-31T12:05:00Z", 12), delimiter=","))
    (tmp_path / "products").mkdir()
    product = {"product_id": "12", "name": "MUG", "category": {"path": ["Home", "Mugs"]}, "prices": [{"eur": 3}]}
    (tmp_path / "products" / "part-000000000000.json.gz").write_bytes(gzip.compress(json.dumps(product).encode()))

    log, tokens = history(config, "u")
    assert tokens == (
        Token(Surface.SEARCH, ("12",), "mug"),
        Token(Surface.RECOMMENDATION, ("14",)),
        Token(Surface.SEARCH, (), "pot"),
        Token(Surface.RECOMMENDATION, ("12",)),
    )
    assert log.items["12"] == Item("12", "MUG", ("Home", "Mugs"))


def test_qilin(tmp_path):
    config = config_of("qilin", tmp_path)

    def results(time_name, *found):
        more = {"position": 0, "like": 0, "page_time": 1.5}
        return [{"note_idx": note, "click": click, time_name: time, **more} for note, click, time in found]

    common = {"session_idx": 3, "user_idx": 7, "recent_clicked_note_idxs": [1, 2]}
    searches = results("search_timestamp", (11, 0, 1_700_000_000), (12, 1, 1_700_000_000))
    feed = results("request_timestamp", (13, 1, 1_700_000_100), (14, 0, 1_700_000_100))
    embedded = {"query": "红杯子", "query_from_type": 1, "question_embedding": [0.5, 0.5], "bm25_results": [11]}
    later = results("search_timestamp", (15, 0, 1_700_000_200))
    parquet(
        tmp_path / "search_train" / "train-0.parquet",
        [{**common, **embedded, "search_result_details_with_idx": each} for each in (searches, later)],
    )
    parquet(
        tmp_path / "recommendation_train" / "train-0.parquet",
        [{**common, "query": "红杯子", "rec_results": [13], "rec_result_details_with_idx": feed}],
    )
    note = {"note_idx": 12, "note_title": "杯子", "note_content": "…", "image_path": ["a"], "note_embedding": [0.5]}
    parquet(
        tmp_path / "notes" / "train-0.parquet",
        [{**note, "taxonomy1_id": "a", "taxonomy2_id": "b", "taxonomy3_id": "c"}],
    )
    parquet(
        tmp_path / "user_feat" / "train-0.parquet",
        [{"user_idx": 7, "gender": "f", "platform": "ios", "age": "18-24", "dense_feat1": 0.5}],
    )
    log, tokens = history(config, "7")
    clicked, feed_click = Token(Surface.SEARCH, ("12",), "红杯子"), Token(Surface.RECOMMENDATION, ("13",))
    assert tokens == (clicked, feed_click, Token(Surface.SEARCH, (), "红杯子"))
    assert log.items["12"] == Item("12", "杯子", ("a",), {"taxonomy2_id": "b", "taxonomy3_id": "c"})
