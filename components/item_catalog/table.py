"""Writes and reads the item table: gzipped JSON lines, sorted by id, and the lists of all items beside them."""

import gzip
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, cast

from apache_beam.io.filesystem import CompressionTypes
from apache_beam.io.filesystems import FileSystems

from components.item_catalog.mapped_items import FILE as LISTS_FILE
from components.item_catalog.mapped_items import ItemLists, open_lists, packed
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


Line = tuple[str, bytes, int]
"""A row as it is written: the item's id, the line, and the engagements."""


def table_line(row: CatalogItem) -> Line:
    """Writes a row as a line of the table."""
    values = {
        ITEM_ID: row.item.item_id,
        TITLE: row.item.title,
        CATEGORIES: row.item.categories,
        ATTRIBUTES: dict(row.item.attributes),
        ENGAGEMENTS: row.engagements,
    }
    more = {_QUERIES: row.item.queries, NUMBERS: dict(row.item.numbers), VECTOR: row.item.vector}
    values |= {name: value for name, value in more.items() if value}
    return row.item.item_id, (json.dumps(values, ensure_ascii=False) + "\n").encode("utf-8"), row.engagements


def write_table(directory: str, rows: Iterable[CatalogItem]) -> None:
    """Writes the table, sorted by item id, and the lists of its items. Equal rows yield equal bytes."""
    write_lines(directory, map(table_line, rows))


def write_lines(directory: str, lines: Iterable[Line]) -> None:
    """Writes the table like `write_table`, of lines that other workers have made, in any order."""
    ordered = sorted(lines)
    with (
        _created(directory, _FILE) as stream,
        gzip.GzipFile(filename="", fileobj=stream, mode="wb", mtime=0) as zipped,
    ):
        zipped.writelines(line for _, line, _ in ordered)
    with _created(directory, LISTS_FILE) as stream:
        for part in packed([item_id for item_id, _, _ in ordered], [engagements for _, _, engagements in ordered]):
            stream.write(part)


def item_lists(directory: str) -> ItemLists:
    """Maps the lists of all items into memory, in the order of the table."""
    return open_lists(directory, _FILE, lambda: _packed_table(directory))


def _packed_table(directory: str) -> Iterator[bytes]:
    """The lists of a table that was written without them."""
    ids, engagements = list[str](), list[int]()
    for row in read_table(directory):
        ids.append(row.item.item_id)
        engagements.append(row.engagements)
    return packed(ids, engagements)


def _created(directory: str, name: str) -> BinaryIO:
    path = os.path.join(directory, name)
    return cast(BinaryIO, FileSystems.create(path, compression_type=CompressionTypes.UNCOMPRESSED))


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
