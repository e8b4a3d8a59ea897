"""Garbage in: what a person reads when their rows or files are broken."""

import gzip
import json
import re

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from components.item_catalog.table import CatalogItem
from components.raw_files.refusal import DataError, Reject
from components.sources.adapters.event_tables import read_events
from components.sources.data_config import DataConfig
from schemas.canonical_event import Item
from tests.support.generated_examples import NOW_MS, generate
from tests.support.raw_files import lines, write

HEADER = ("user_id", "timestamp_ms", "surface", "query", "session_id", "item_id", "label")
GOOD = [("u", time, "recommendation", "", "", item, 1) for time, item in enumerate("abc")]
CATALOG = [CatalogItem(Item(item), 1) for item in "abcxyz"]
BAD_ROWS = {
    "missing user": ("", 1, "recommendation", "", "", "a", 1),
    "unparsable time": ("u", "yesterday", "recommendation", "", "", "a", 1),
    "negative time": ("u", -1, "recommendation", "", "", "a", 1),
    "future time": ("u", 1_700_000_000_001, "recommendation", "", "", "a", 1),
    "unknown surface": ("u", 1, "homepage", "", "", "a", 1),
    "missing item": ("u", 1, "recommendation", "", "", "", 1),
    "unknown label": ("u", 1, "recommendation", "", "", "a", "yes"),
    "NUL byte": ("u", 1, "search", "red\x00mug", "s", "a", 1),
    "wrong encoding": ("u", 1, "search", "caf\ufffd", "s", "a", 1),
    "huge field": ("u", 1, "search", "x" * 100_001, "s", "a", 1),
    "wrong number of columns": ("u", 1, "recommendation"),
}
"""One of each kind; U+FFFD stands for a byte that is no UTF-8."""


def config_of(tmp_path, pattern="log.tsv", **changes):
    settings = {"train_negatives": 1, "evaluation_negatives": 1}
    return DataConfig(events=f"{tmp_path}/{pattern}", **{**settings, **changes})


def failure(tmp_path, config):
    with pytest.raises(DataError) as error:
        generate(tmp_path / "made", config, CATALOG)
    return str(error.value)


def write_bad_rows(tmp_path):
    text = lines(HEADER, *GOOD, *BAD_ROWS.values())
    return write(tmp_path / "log.tsv", text.encode().replace("\ufffd".encode(), b"\xe9"))


def test_bad_rows_are_counted_and_kept_with_file_and_line(tmp_path):
    path = write_bad_rows(tmp_path)
    write(tmp_path / "log2.tsv", lines(HEADER))  # A file of nothing but a header is fine beside others.
    made = generate(tmp_path / "made", config_of(tmp_path, "log*.tsv", max_reject_share=0.9), CATALOG)
    report = made.summary.reports["event"]
    assert (report.rows, report.rejects) == (14, 11)
    assert report.reasons == {reason: 1 for reason in sorted(BAD_ROWS)}
    assert {example["candidates"][0] for example in made.targets} == set("abc")
    files = list((tmp_path / "made" / "rejects").glob("rejects-*.jsonl"))
    kept = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    # Three good rows follow the header, so that the first bad one is line 5.
    assert {each["line"]: each["reason"] for each in kept} == dict(enumerate(BAD_ROWS, start=5))
    assert {each["file"] for each in kept} == {path}


def test_too_many_bad_rows_fail_the_run_and_the_first_are_named(tmp_path):
    path = write_bad_rows(tmp_path)
    assert failure(tmp_path, config_of(tmp_path)) == (
        "11 of 14 event rows (78.57%) cannot be used, more than data.max_reject_share = 1.00% allows. By reason: "
        "NUL byte (1), future time (1), huge field (1), missing item (1), missing user (1), negative time (1), "
        "unknown label (1), unknown surface (1), unparsable time (1), wrong encoding (1), wrong number of columns (1). "
        "The first:\n"
        f"  {path}:5: missing user: column 'user_id' is empty\n"
        f"  {path}:6: unparsable time: column 'timestamp_ms' holds 'yesterday'; give milliseconds since 1970 or "
        "ISO 8601\n"
        f"  {path}:7: negative time: column 'timestamp_ms' holds '-1', before 1970\n"
        f"  {path}:8: future time: column 'timestamp_ms' holds '1700000000001', after now; does it count "
        "milliseconds, as data.columns.time_unit says?\n"
        f"  {path}:9: unknown surface: column 'surface' holds 'homepage'; give recommendation or search\n"
        f"All are in {tmp_path}/made/rejects. Mend them, or raise data.max_reject_share to go on without them."
    )


def test_several_broken_files_are_all_named(tmp_path):
    """All kinds of broken files in one run: each has its own sentence, of which the first five are told."""
    write(tmp_path / "1_empty.tsv", "")
    write(tmp_path / "2_binary.csv", b"\x7fELF\x02\x01\x00\x00\n\x00")
    write(tmp_path / "3_semicolons.csv", lines(HEADER, *GOOD, delimiter=";"))
    write(tmp_path / "4_no_item.tsv", lines(HEADER[:5], GOOD[0][:5]))
    write(tmp_path / "5_twice.tsv", lines((*HEADER, "query"), (*GOOD[0], "")))
    write(tmp_path / "6_good.tsv", lines(HEADER, *GOOD))
    found = failure(tmp_path, config_of(tmp_path, "?_*")).split("\n")
    names = ", ".join(f"'{name}'" for name in ("user_id", "timestamp_ms", "surface", "item_id"))
    expected = [
        "1_empty.tsv: is empty, without even a header line. Remove it or write it again.",
        "2_binary.csv: is not text in UTF-8: a binary file, or text in another encoding such as UTF-16 or Latin-1. "
        "Save it as UTF-8.",
        f"3_semicolons.csv: has no column {names}. Found: '{';'.join(HEADER)}'; wanted: {names}. Is the delimiter the "
        "one that the ending promises? Other names are mapped in data.columns.",
        "4_no_item.tsv: has no column 'item_id'. Found: 'user_id', 'timestamp_ms', 'surface', 'query', 'session_id'; "
        f"wanted: {names}. Other names are mapped in data.columns.",
        "5_twice.tsv: its header names 'query' more than once. Rename or remove one of them.",
    ]
    assert found == [f"{tmp_path}/{line}" for line in expected]


def test_files_with_nothing_but_headers(tmp_path):
    write(tmp_path / "log1.tsv", lines(HEADER))
    write(tmp_path / "log2.tsv", lines(HEADER))
    assert failure(tmp_path, config_of(tmp_path, "log*.tsv")) == (
        f"data.events = {tmp_path}/log*.tsv: holds no events. The files have a header and nothing below it."
    )


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("log.tsv.gz", gzip.compress(b"user_id" * 500)[:-12], "is not a sound gzip file: Compressed file ended before"),
        ("log.parquet", b"PAR1 is how it begins", "is not a sound Parquet file: "),
        ("log.jsonl", b"", "is empty, without even a header line."),
        ("log.xls", b"\xd0\xcf\x11\xe0", "its ending names no known format. Known are .csv, "),
    ],
    ids=["gz", "parquet", "jsonl", "ending"],
)
def test_files_of_other_formats(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DataError, match="^" + re.escape(f"{path}: {message}")):
        list(read_events(str(path), DataConfig(), NOW_MS))


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("folder", "{}/folder: is a directory. Name the files in it, such as data.events = {}/folder/*.tsv.gz."),
        ("no.tsv", "data.events = {}/no.tsv: no such file. Paths are taken from the directory of the run."),
    ],
)
def test_what_is_no_file(tmp_path, pattern, message):
    (tmp_path / "folder").mkdir()
    assert failure(tmp_path, config_of(tmp_path, pattern)) == message.replace("{}", str(tmp_path))


def test_no_path_at_all(tmp_path):
    assert failure(tmp_path, DataConfig()) == "data.events is empty; give the path or glob of the files."


def rejects_of(path):
    found = read_events(str(path), DataConfig(), NOW_MS)
    return [str(each) for each in found if isinstance(each, Reject)]


def test_broken_lines_of_json(tmp_path):
    good = json.dumps(dict(zip(HEADER, GOOD[0], strict=True)))
    path = write(tmp_path / "log.jsonl", f'{good}\n{{"user_id": \n{{"user_id": "u"}}\n')
    assert rejects_of(path) == [
        f"{path}:2: unparsable JSON: Expecting value: line 1 column 12 (char 11)",
        f"{path}:3: unparsable time: column 'timestamp_ms' holds ''; give milliseconds since 1970 or ISO 8601",
    ]


def test_rows_of_parquet(tmp_path):
    path = tmp_path / "log.parquet"
    pq.write_table(pa.table({name: [["x"]] if name == "query" else ["1"] for name in HEADER}), path)
    assert rejects_of(path) == [f"{path}:1: unknown surface: column 'surface' holds '1'; give recommendation or search"]
