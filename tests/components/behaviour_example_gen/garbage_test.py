"""Garbage in: what a person reads when rows or files of a log are broken, and what goes on without them."""

import json

import pytest

from components.item_catalog.table import CatalogItem
from components.raw_files.refusal import DataError
from components.sources.data_config import DataConfig
from schemas.canonical_event import Item
from tests.support.generated_examples import generate
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


def run(tmp_path, pattern, max_reject_share=0.01):
    config = DataConfig(
        events=f"{tmp_path}/{pattern}", train_negatives=1, evaluation_negatives=1, max_reject_share=max_reject_share
    )
    return generate(tmp_path / "made", config, CATALOG)


def test_bad_rows_are_counted_and_kept_with_file_and_line(tmp_path):
    text = lines(HEADER, *GOOD, *BAD_ROWS.values())
    path = write(tmp_path / "log.tsv", text.encode().replace("\ufffd".encode(), b"\xe9"))
    write(tmp_path / "log2.tsv", lines(HEADER))  # A file of nothing but a header is fine beside others.
    made = run(tmp_path, "log*.tsv", max_reject_share=0.9)
    report = made.summary.reports["event"]
    assert (report.rows, report.rejects) == (14, 11)
    assert report.reasons == {reason: 1 for reason in sorted(BAD_ROWS)}
    assert {example["candidates"][0] for example in made.targets} == set("abc")
    files = list((tmp_path / "made" / "rejects").glob("rejects-*.jsonl"))
    kept = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    # Three good rows follow the header, so that the first bad one is line 5.
    assert {each["line"]: each["reason"] for each in kept} == dict(enumerate(BAD_ROWS, start=5))
    assert {each["file"] for each in kept} == {path}


BROKEN_FILES = {
    "1_empty.tsv": ("", "is empty, without even a header line. Remove it or write it again."),
    "2_binary.csv": (b"\x7fELF\x02\x01\x00\x00\n\x00", "is not text in UTF-8: a binary file, or text in another"),
    "3_semicolons.csv": (lines(HEADER, *GOOD, delimiter=";"), "has no column 'user_id', 'timestamp_ms', 'surface', 'i"),
    "4_no_item.tsv": (lines(HEADER[:5], GOOD[0][:5]), "has no column 'item_id'. Found: 'user_id', 'timestamp_ms', "),
    "5_twice.tsv": (lines((*HEADER, "query"), (*GOOD[0], "")), "its header names 'query' more than once. Rename or "),
}


def test_several_broken_files_are_all_named(tmp_path):
    """Each has its own sentence, of which the first five are told."""
    for name, (content, _) in BROKEN_FILES.items():
        write(tmp_path / name, content)
    write(tmp_path / "6_good.tsv", lines(HEADER, *GOOD))
    with pytest.raises(DataError) as error:
        run(tmp_path, "?_*")
    told = str(error.value).split("\n")
    for line, (name, (_, message)) in zip(told, BROKEN_FILES.items(), strict=True):
        assert line.startswith(f"{tmp_path}/{name}: {message}")


def test_a_log_of_nothing_but_headers(tmp_path):
    write(tmp_path / "log.tsv", lines(HEADER))
    message = f"data.events = {tmp_path}/log.tsv: holds no events. The files have a header and nothing below it."
    with pytest.raises(DataError, match=f"^{message}$"):
        run(tmp_path, "log.tsv")
