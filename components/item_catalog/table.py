"""Writes and reads the file of the item table: gzipped JSON lines, sorted by id."""

import gzip
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from apache_beam.io.filesystem import CompressionTypes
from apache_beam.io.filesystems import FileSystems

from components.raw_files.text_file import open_text
from schemas.canonical_event import Item
from schemas.features import ATTRIBUTES, CATEGORIES, ENGAGEMENTS, ITEM_ID, NUMBERS, TITLE, VECTOR

_FILE = "items.jsonl.gz"
_QUERIES = "queries"


@dataclass(frozen=True)
class CatalogItem:
    """One item of the catalogue.

    Attributes:
        item: The item. Its title is empty if no item file knows it.
        engagements: How many events of the log are engagements with the item. If the source comes with its own splits,
            only events of the train split count.
    """

    item: Item
    engagements: int


def write_table(directory: str, rows: Iterable[CatalogItem]) -> None:
    """Writes the table, sorted by item id. Equal rows yield equal bytes."""
    path = os.path.join(directory, _FILE)
    with (
        FileSystems.create(path, compression_type=CompressionTypes.UNCOMPRESSED) as stream,
        gzip.GzipFile(filename="", fileobj=stream, mode="wb", mtime=0) as packed,
    ):
        for row in sorted(rows, key=lambda row: row.item.item_id):
            values = {
                ITEM_ID: row.item.item_id,
                TITLE: row.item.title,
                CATEGORIES: row.item.categories,
                ATTRIBUTES: dict(row.item.attributes),
                ENGAGEMENTS: row.engagements,
            }
            more = {_QUERIES: row.item.queries, NUMBERS: dict(row.item.numbers), VECTOR: row.item.vector}
            values |= {name: value for name, value in more.items() if value}
            packed.write((json.dumps(values, ensure_ascii=False) + "\n").encode("utf-8"))


def read_table(directory: str) -> Iterator[CatalogItem]:
    """Reads the table, in the order of item ids."""
    with open_text(os.path.join(directory, _FILE), newline="\n") as stream:
        for line in stream:
            values = json.loads(line)
            item = Item(
                item_id=values[ITEM_ID],
                title=values[TITLE],
                categories=tuple(values[CATEGORIES]),
                attributes=values[ATTRIBUTES],
                queries=tuple(values.get(_QUERIES, ())),
                numbers=values.get(NUMBERS, {}),
                vector=tuple(values.get(VECTOR, ())),
            )
            yield CatalogItem(item, values[ENGAGEMENTS])
