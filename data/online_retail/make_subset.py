"""Makes the bundled subset of the UCI Online Retail file: a log of purchases and an item table.

    python data/online_retail/make_subset.py online_retail.tsv.gz --out data/online_retail

`README.md` in this folder says what is real in the result and what is derived. The same input gives the same bytes.
"""

import argparse
import collections
import csv
import gzip
import hashlib
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

from components.sources.event_rows import EventColumns, ItemColumns
from schemas.canonical_event import Surface

CORE = 5
"""Before customers are chosen, every customer has at least this many items and every item this many customers."""
EVENTS_OF_A_CUSTOMER = range(10, 121)
EVENTS_WANTED = 40_000
ALWAYS_CHOSEN = "17850"
"""The customer of the file's first invoice. The documentation's examples use this customer."""

FITTING_ITEMS = range(5, 61)
"""A query should fit this many items. Fewer, and it would be an item's name; more, and it would say nothing."""
STOP_WORDS = frozenset({"and", "assorted", "for", "from", "pack", "set", "the", "with"})

_PRODUCT_CODE = re.compile(r"\d{5}[A-Z]*")
_WORD = re.compile(r"[a-z]{3,}")


@dataclass(frozen=True)
class Purchase:
    """One usable invoice line. `line` is its number in the source, `time` is ISO 8601 to the minute."""

    line: int
    invoice: str
    customer: str
    item: str
    title: str
    time: str


@dataclass(frozen=True)
class LogRow:
    """One row of the event file, in the order of `EventColumns`."""

    customer: str
    time: str
    surface: str
    query: str
    session: str
    item: str
    label: str


def read_purchases(path: Path) -> Iterator[Purchase]:
    """Yields purchases of products: lines with a customer and a positive quantity and price, without cancellations."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        for line, row in enumerate(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE), start=2):
            code = row["StockCode"].strip().upper()
            if (
                row["CustomerID"]
                and not row["InvoiceNo"].startswith("C")
                and int(row["Quantity"]) > 0
                and float(row["UnitPrice"]) > 0
                and _PRODUCT_CODE.fullmatch(code)
            ):
                time = row["InvoiceDate"].replace(" ", "T")
                title = " ".join(row["Description"].split())
                yield Purchase(line, row["InvoiceNo"], row["CustomerID"], code, title, time)


def item_titles(purchases: Iterable[Purchase]) -> dict[str, str]:
    """Gives each item its most frequent name. Between equally frequent names, the first in the alphabet is taken."""
    names: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for purchase in purchases:
        names[purchase.item][purchase.title] += 1
    return {item: min(counts, key=lambda name: (-counts[name], name)) for item, counts in names.items()}


def first_purchases(purchases: Iterable[Purchase]) -> list[Purchase]:
    """Keeps the earliest purchase of each pair of customer and item, in time order."""
    kept: dict[tuple[str, str], Purchase] = {}
    for purchase in sorted(purchases, key=lambda each: (each.time, each.line)):
        kept.setdefault((purchase.customer, purchase.item), purchase)
    return list(kept.values())


def core(purchases: Sequence[Purchase], least: int) -> list[Purchase]:
    """Drops customers and items with fewer than `least` purchases, and repeats this until none is left to drop."""
    kept = list(purchases)
    while True:
        customers = collections.Counter(each.customer for each in kept)
        items = collections.Counter(each.item for each in kept)
        smaller = [each for each in kept if customers[each.customer] >= least and items[each.item] >= least]
        if len(smaller) == len(kept):
            return kept
        kept = smaller


def choose_customers(purchases: Sequence[Purchase], wanted: int) -> list[Purchase]:
    """Takes customers with 10 to 120 purchases, in the order of their hash, until `wanted` purchases are reached."""
    counts = collections.Counter(each.customer for each in purchases)
    able = sorted(
        (customer for customer, count in counts.items() if count in EVENTS_OF_A_CUSTOMER),
        key=lambda customer: (customer != ALWAYS_CHOSEN, _hash(customer)),
    )
    before = itertools.accumulate((counts[customer] for customer in able), initial=0)
    chosen = {customer for customer, total in zip(able, before, strict=False) if total < wanted}
    return [each for each in purchases if each.customer in chosen]


def candidate_queries(titles: dict[str, str]) -> dict[str, list[str]]:
    """Lists the queries of each item: one or two words of its title that fit a number of items in FITTING_ITEMS.

    A query fits an item if the item's title has all its words. An item without such a query gets its commonest word.

    Args:
        titles: The title of each item of the catalogue.

    Returns:
        The queries of each item; none if its title has no word.
    """
    single: dict[str, list[str]] = {}
    for item, title in titles.items():
        words = dict.fromkeys(_WORD.findall(title.lower()))
        single[item] = [word for word in words if word not in STOP_WORDS]
    phrases = {
        item: words + [" ".join(pair) for pair in itertools.combinations(words, 2)] for item, words in single.items()
    }
    fits: collections.Counter[frozenset[str]] = collections.Counter(
        words for each in phrases.values() for words in {frozenset(phrase.split()) for phrase in each}
    )
    result = {}
    for item, each in phrases.items():
        fitting = [phrase for phrase in each if fits[frozenset(phrase.split())] in FITTING_ITEMS]
        commonest = sorted(single[item], key=lambda word: (-fits[frozenset((word,))], word))[:1]
        result[item] = fitting or commonest
    return result


def log_rows(purchases: Sequence[Purchase], queries: dict[str, list[str]]) -> list[LogRow]:
    """Puts each purchase on one surface and sorts the log by time.

    A hash of customer and item decides the surface. The query of a search is the one of the item's queries whose hash
    with the invoice is the least, so that similar items of one invoice tend to share a query, like the clicks of one
    search. The clicks of a search stand together, at the place of the first.
    """
    keyed: list[tuple[tuple[str, str, str, int, int], LogRow]] = []
    first_line: dict[tuple[str, str], int] = {}
    for each in sorted(purchases, key=lambda each: each.line):
        candidates = queries[each.item] if _hash(f"{each.customer} {each.item}") % 2 else []
        query = min(candidates, key=lambda words: (_hash(f"{each.invoice} {words}"), words), default="")
        surface = Surface.SEARCH if query else Surface.RECOMMENDATION
        place = first_line.setdefault((each.invoice, query), each.line) if query else each.line
        session = f"{each.invoice}-{place}" if query else ""
        row = LogRow(each.customer, each.time, surface.value, query, session, each.item, "1")
        keyed.append(((each.time, each.customer, each.invoice, place, each.line), row))
    return [row for _, row in sorted(keyed, key=lambda pair: pair[0])]


def write_table(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Writes a gzipped tab-separated file. Its bytes depend on the rows only, not on the time."""
    text = "".join("\t".join(row) + "\n" for row in itertools.chain([header], rows))
    path.write_bytes(gzip.compress(text.encode("utf-8"), compresslevel=9, mtime=0))


def make_subset(source: Path, out: Path, wanted: int) -> tuple[int, int]:
    """Writes `events.tsv.gz` and `items.tsv.gz`.

    Args:
        source: The UCI file as gzipped tab-separated text, with its own column names.
        out: The folder to write to.
        wanted: The approximate number of events to keep.

    Returns:
        The numbers of events and of items that were written.
    """
    purchases = list(read_purchases(source))
    names = item_titles(purchases)
    chosen = choose_customers(core(first_purchases(purchases), CORE), wanted)
    titles = {item: names[item] for item in sorted({each.item for each in chosen})}
    rows = log_rows(chosen, candidate_queries(titles))
    events, items = EventColumns(), ItemColumns()
    header = (
        events.user_id,
        events.timestamp,
        events.surface,
        events.query,
        events.session_id,
        events.item_id,
        events.label,
    )
    write_table(out / "events.tsv.gz", header, (astuple(row) for row in rows))
    header = (items.item_id, items.title, items.categories)
    write_table(out / "items.tsv.gz", header, ((item, title, "") for item, title in titles.items()))
    return len(rows), len(titles)


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8"), digest_size=8).digest(), "big")


def main() -> None:
    """Reads the command line and makes the subset."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, help="the UCI Online Retail file as gzipped tab-separated text")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="folder to write to")
    parser.add_argument("--events", type=int, default=EVENTS_WANTED, help="about how many events to keep")
    arguments = parser.parse_args()
    events, items = make_subset(arguments.source, arguments.out, arguments.events)
    print(f"{events} events of {items} items written to {arguments.out}")


if __name__ == "__main__":
    main()
