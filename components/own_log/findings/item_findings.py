"""Findings about the table of items, and whether its ids, and those of the table of users, are those of the log."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from components.own_log.findings.event_tally import DOUBLE_ENCODED
from components.own_log.findings.log_finding import LogFinding, Severity
from components.own_log.findings.sighting import Sighting
from components.sources.event_rows import other_separator, plain_id
from components.sources.joined_tables import JoinedRecords, common_sentence, pairs_told
from schemas.canonical_event import Item

_MANY: Final = 0.1
_MOST: Final = 0.5
_SEVERAL: Final = 2
_EXAMPLES: Final = 2


@dataclass
class ItemTally:
    """What the rows of the table have shown so far.

    Attributes:
        joined: The items by id, joined over tables; from the first row of each in a table.
        rows: How many rows there were.
        whole: Whether all rows were read.
        repeated: Rows of an item that already had a row in the same table.
        one_category: Category paths that are divided by another sign than the configuration says.
        broken_letters: Titles whose letters were encoded twice.
    """

    joined: JoinedRecords[Item] = field(default_factory=JoinedRecords)
    rows: int = 0
    whole: bool = True
    repeated: Sighting = field(default_factory=Sighting)
    one_category: Sighting = field(default_factory=Sighting)
    broken_letters: Sighting = field(default_factory=Sighting)
    _untitled: dict[str, tuple[str, int]] = field(default_factory=dict)

    @property
    def items(self) -> dict[str, Item]:
        """The items by id."""
        return self.joined.records

    @property
    def untitled(self) -> Sighting:
        """Items without a title in any table."""
        for key, (file, row) in self._untitled.items():
            return Sighting(len(self._untitled), file, row, key)
        return Sighting()

    def add(self, file: str, row: int, item: Item, table: str = "") -> None:
        """Counts a row of a table."""
        self.rows += 1
        if not self.joined.add(item, table):
            self.repeated.add(file, row, item.item_id)
            return
        if not self.items[item.item_id].title:
            self._untitled.setdefault(item.item_id, (file, row))
        else:
            self._untitled.pop(item.item_id, None)
        if item.title and DOUBLE_ENCODED.search(item.title):
            self.broken_letters.add(file, row, item.title)
        if other_separator(item.categories):
            self.one_category.add(file, row, item.categories[0])


def item_findings(tally: ItemTally) -> Iterator[LogFinding]:
    """Finds what is wrong with the table itself."""
    if tally.one_category.count > _MANY * len(tally.items):
        seen = tally.one_category
        sign = other_separator((seen.example,))
        names = " and ".join(repr(name.strip()) for name in seen.example.strip("<>/;| ").split(sign))
        yield LogFinding(
            "one_category",
            Severity.WARNING,
            f"{seen.example!r} is read as one category and not as a path, in {seen.count:,} items.",
            f"Set data.item_columns.category_separator: {sign!r}, and it is read as {names}.",
            seen.file,
            seen.row,
            "data.item_columns.category_separator",
            seen.count,
        )
    if tally.untitled.count > _MANY * len(tally.items):
        seen = tally.untitled
        those = "none" if seen.count == len(tally.items) else f"only {len(tally.items) - seen.count:,}"
        yield LogFinding(
            "no_title",
            Severity.WARNING,
            f"{those} of {len(tally.items):,} items have a title; {seen.example!r} has none.",
            "Set data.item_columns.title to the column that holds the name; without words a query finds no new item.",
            seen.file,
            seen.row,
            "data.item_columns.title",
            seen.count,
        )
    if tally.broken_letters:
        yield broken_letters(tally.broken_letters, "titles")
    if tally.repeated:
        seen = tally.repeated
        yield LogFinding(
            "repeated_item",
            Severity.WARNING,
            f"{seen.count:,} rows repeat an item of an earlier row, such as {seen.example!r}; a run refuses them.",
            "Keep one row an item.",
            seen.file,
            seen.row,
            "data.items",
            seen.count,
        )


def table_findings(kind: str, tables: JoinedRecords[Any]) -> Iterator[LogFinding]:
    """Finds how several tables fit together; nothing if there is one.

    Args:
        kind: `item` or `user`.
        tables: The whole tables.
    """
    if len(tables.tables) < _SEVERAL:
        return
    setting = f"data.{kind}_sources"
    differing = sorted(tables.differences)
    if differing:
        some = "; ".join(each.told for each in differing[:_EXAMPLES])
        columns = ", ".join(sorted({repr(each.column) for each in differing}))
        yield LogFinding(
            "tables_differ",
            Severity.WARNING,
            f"{len(differing):,} values of {columns} are not the same in two tables of {kind}s: {some}.",
            f"A run takes those of the table that stands first in {setting}.",
            field=setting,
            count=len(differing),
        )
    alike = sorted(tables.alike)
    common, alone = len(tables.in_several), len(tables.records) - len(tables.in_several)
    told = (len(alike), ", ".join(pairs_told(alike[:_EXAMPLES]))) if alike else None
    yield LogFinding(
        "tables_hardly_meet" if alike or not common else "tables_joined",
        Severity.WARNING if alike else Severity.NOTE,
        f"{common_sentence(kind, common, alone, told)}.",
        "Write ids in one way, as text." if alike else "",
        field=setting,
        count=alone,
    )


def broken_letters(seen: Sighting, what: str) -> LogFinding:
    """The finding about texts that were encoded twice."""
    return LogFinding(
        "double_encoded",
        Severity.WARNING,
        f"{seen.count:,} {what} hold letters that were encoded twice, such as {seen.example!r}.",
        "Write the file again, as UTF-8 from the start (`iconv -f utf-8 -t latin1` undoes one of the two).",
        seen.file,
        seen.row,
        count=seen.count,
    )


def id_findings(log_items: set[str], table: ItemTally, whole_log: bool, most: float) -> Iterator[LogFinding]:
    """Finds items that only the log has, or only the table.

    Args:
        log_items: The ids of the log.
        table: The table. Nothing is found if it was not read to its end.
        whole_log: Whether the log was read to its end. If not, an item of the table may yet come in the log.
        most: The largest share that a run accepts: `data.max_unknown_share`.
    """
    if not log_items or not table.items or not table.whole:
        return
    absent = log_items - table.items.keys()
    if len(absent) > _MANY * len(log_items):
        yield _do_not_meet("item", log_items, table.items, absent, most)
    if whole_log and len(absent) < len(log_items):
        unseen = table.items.keys() - log_items
        if len(unseen) > _MOST * len(table.items):
            yield LogFinding(
                "items_without_events",
                Severity.NOTE,
                f"{len(unseen):,} of the table's {len(table.items):,} items are in no event; they are known by their "
                "titles and categories alone.",
                field="data.items",
                count=len(unseen),
            )


def user_findings(log_users: Collection[str], table: Collection[str], most: float) -> Iterator[LogFinding]:
    """Finds users of the log that the table of users lacks: a run counts them, and fails above a share.

    Args:
        log_users: The ids of the log.
        table: The ids of the whole table.
        most: The largest share that a run accepts: `data.max_unknown_share`.
    """
    absent = set(log_users) - set(table)
    if absent and table:
        yield _do_not_meet("user", log_users, table, absent, most)


def _do_not_meet(
    kind: str, log_ids: Collection[str], table: Collection[str], absent: Collection[str], most: float
) -> LogFinding:
    none, share = len(absent) == len(log_ids), len(absent) / len(log_ids)
    # Ids that would be equal if the log and the table wrote them alike.
    plain = {plain_id(each): each for each in table}
    alike = sorted(each for each in absent if plain_id(each) in plain)
    example = min(absent)
    known = "neither titles nor categories are" if kind == "item" else "no attributes are"
    mend = f"Give the table that belongs to this log: of these {kind}s {known} known."
    if len(alike) > _MOST * len(absent):
        example = alike[0]
        mend = (
            f"They would meet if they were written alike: {alike[0]!r} in the log is {plain[plain_id(alike[0])]!r} "
            "in the table. Write ids in one way, as text."
        )
    fails = f"; a run fails above data.max_unknown_share = {most:.0%}" if share > most else ""
    return LogFinding(
        "ids_do_not_meet" if kind == "item" else "users_do_not_meet",
        Severity.ERROR if share > most else Severity.WARNING if share > _MANY else Severity.NOTE,
        f"{'None' if none else f'{len(absent):,}'} of the log's {len(log_ids):,} {kind}s "
        f"{'is in' if none else 'are not in'} the table of {kind}s, such as {example!r} "
        f"(the table has {', '.join(map(repr, sorted(table)[:3]))}, …){fails}.",
        mend,
        field=f"data.{kind}_columns.{kind}_id",
        count=len(absent),
    )
