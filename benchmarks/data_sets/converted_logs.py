"""Writes published logs that are no table of events as one, `events.tsv` and `items.tsv`, for `tandem init` to read."""

import csv
import gzip
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from components.raw_files.refusal import Reject
from components.raw_files.row import CATEGORY_SEPARATOR
from components.sources.adapter import adapter
from components.sources.data_config import DataConfig

EVENTS: Final = "events.tsv"
ITEMS: Final = "items.tsv"
_NOW_MS: Final = 4_102_444_800_000
"""2100: no time of a published log is in the future."""
_FIRST_MS: Final = 1_640_995_200_000
"""2022: JDsearch counts times from each user's first event, which would be 1970."""


def write_jdsearch(source: Path, folder: Path) -> None:
    """Writes the sample that the authors of JDsearch publish.

    Args:
        source: The folder of the sample.
        folder: Where the two files go.
    """
    data = DataConfig(
        source="jdsearch",
        path=str(source),
        events="user_behavior_data_sample.txt",
        items="product_meta_data_sample.txt",
    )
    reader = adapter(data.source)
    files = reader.source_files(data)

    def events() -> Iterator[tuple[object, ...]]:
        for path in files.event_files:
            for found in reader.read_events(path, data, _NOW_MS):
                if isinstance(found, Reject):
                    continue
                _, event = found
                when = _FIRST_MS + event.timestamp_ms
                told = (event.surface.value, event.query, event.session_id, event.item_id, int(event.label))
                yield (event.user_id, when, *told)

    header = ("user_id", "timestamp_ms", "surface", "query", "session_id", "item_id", "label")
    _write(folder / EVENTS, header, events())
    found = (each for path in files.item_files for each in reader.read_items(path, data))
    known = (each[1] for each in found if not isinstance(each, Reject))
    items = ((item.item_id, item.title, CATEGORY_SEPARATOR.join(item.categories)) for item in known)
    _write(folder / ITEMS, ("item_id", "title", "categories"), items)


def write_online_retail(source: Path, folder: Path) -> None:
    """Writes all purchases of Online Retail with a customer that were not cancelled; an item has its first name.

    Args:
        source: The published rows, as a gzipped TSV.
        folder: Where the two files go.
    """
    names: dict[str, str] = {}

    def purchases() -> Iterator[tuple[str, ...]]:
        with gzip.open(source, "rt", encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE):
                is_bought = float(row["Quantity"]) > 0 and not row["InvoiceNo"].startswith("C")
                if row["CustomerID"] and is_bought:
                    names.setdefault(row["StockCode"], row["Description"].strip())
                    yield row["CustomerID"], row["InvoiceDate"], row["StockCode"]

    _write(folder / EVENTS, ("user_id", "time", "item_id"), purchases())
    _write(folder / ITEMS, ("item_id", "title"), names.items())


def write_movielens(source: Path, folder: Path) -> None:
    """Writes MovieLens 100K as RecBole's package carries it: each rating is an engagement.

    Args:
        source: The folder of `ml-100k.inter` and `ml-100k.item`.
        folder: Where the two files go.
    """
    ratings = ((row["user_id"], row["timestamp"], row["item_id"]) for row in _atomic(source / "ml-100k.inter"))
    _write(folder / EVENTS, ("user_id", "timestamp", "item_id"), ratings)
    films = (
        (row["item_id"], row["movie_title"], CATEGORY_SEPARATOR.join(row["class"].split()))
        for row in _atomic(source / "ml-100k.item")
    )
    _write(folder / ITEMS, ("item_id", "title", "categories"), films)


def _atomic(path: Path) -> Iterator[dict[str, str]]:
    """The rows of one of RecBole's files, whose header says `name:type`."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
        names = [column.partition(":")[0] for column in next(rows)]
        for row in rows:
            yield dict(zip(names, row, strict=True))


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    aside = path.with_suffix(".part")
    with aside.open("w", encoding="utf-8", newline="") as stream:
        stream.write("\t".join(header) + "\n")
        for values in rows:
            stream.write("\t".join(str(value).replace("\t", " ") for value in values) + "\n")
    aside.replace(path)  # A file that is there is whole.
