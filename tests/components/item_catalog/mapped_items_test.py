import io
import multiprocessing
import struct
from pathlib import Path

import numpy as np
import pytest

from components.item_catalog import mapped_items
from components.item_catalog.mapped_items import ItemLists, mapped, open_lists, packed
from components.item_catalog.table import CatalogItem, write_table
from components.item_catalog.table import item_lists as lists_of_table
from schemas.canonical_event import Item

IDS = ["", "10", "A", "a", "aa", "Ä", "é", "商品", "\N{SLICE OF PIZZA}", "x" * 10_000]
COUNTS = [3, 0, 1, 0, 0, 7, 2**40, 0, 5, 0]


def check(lists):
    """The lists are those of IDS and COUNTS."""
    assert len(lists) == len(IDS) and lists.able == 5
    assert [lists.id_bytes(place).decode() for place in range(len(lists))] == IDS
    assert lists.places([*reversed(IDS), "nobody", "b"]) == list(reversed(range(len(IDS))))
    assert lists.engagements(np.arange(len(IDS))).tolist() == COUNTS
    assert lists.engagements(np.array([5, 0, 8])).tolist() == [7, 3, 5]
    assert lists.engagements(np.array([], np.int64)).tolist() == []
    assert lists.cumulative.tolist() == [3, 3, 4, 4, 4, 11, 11 + 2**40, 11 + 2**40, 16 + 2**40, 16 + 2**40]


def test_lists_hold_ids_and_engagements_in_memory_and_mapped(tmp_path):
    check(ItemLists.of(IDS, COUNTS))
    (tmp_path / "lists").write_bytes(b"".join(packed(IDS, COUNTS)))
    check(mapped(str(tmp_path / "lists")))
    nothing = ItemLists.of([])
    assert (len(nothing), nothing.able, nothing.places(["a"]), nothing.places([])) == (0, 0, [], [])
    assert ItemLists.of(IDS).able == 0


def test_ids_with_the_same_digest_are_told_apart(monkeypatch):
    monkeypatch.setattr(mapped_items, "_digest", lambda text: struct.pack("<Q", len(text) % 2))
    lists = ItemLists.of(IDS[:9], COUNTS[:9])
    assert lists.places(IDS[:9]) == list(range(9))
    assert lists.places(["b", "bb", "bbb"]) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (lambda whole: b"other" + whole[5:], "should begin with b'TANDEM1"),
        (lambda whole: whole[:-1], r"should have \d+ bytes. Received: \d+"),
        (lambda whole: whole + b"x", r"should have \d+ bytes. Received: \d+"),
    ],
)
def test_a_file_that_is_not_whole_is_refused(content, message):
    with pytest.raises(ValueError, match=message):
        ItemLists(content(b"".join(packed(IDS, COUNTS))))


ROWS = [CatalogItem(Item(each), count) for each, count in zip(IDS, COUNTS, strict=True) if each]


def test_the_table_comes_with_its_lists(tmp_path, monkeypatch):
    monkeypatch.setattr(mapped_items.tempfile, "gettempdir", lambda: str(tmp_path / "none"))
    write_table(str(tmp_path), ROWS[::-1])
    lists = lists_of_table(str(tmp_path))
    in_order = sorted(ROWS, key=lambda row: row.item.item_id)
    assert [lists.id_bytes(place).decode() for place in range(9)] == [row.item.item_id for row in in_order]
    assert lists.engagements(np.arange(9)).tolist() == [row.engagements for row in in_order]
    assert not (tmp_path / "none").exists(), "a file that is at hand is copied"


def test_an_older_table_gets_its_lists_in_the_temporary_folder_once(tmp_path, monkeypatch):
    monkeypatch.setattr(mapped_items.tempfile, "gettempdir", lambda: str(tmp_path / "temporary"))
    folder = tmp_path / "catalog [1]"
    folder.mkdir()
    write_table(str(folder), ROWS)
    whole = (folder / "items.lists").read_bytes()
    (folder / "items.lists").unlink()
    assert len(lists_of_table(str(folder))) == 9
    (copy,) = [each for each in (tmp_path / "temporary").rglob("*") if each.is_file() and not each.suffix]
    assert copy.read_bytes() == whole
    # Whoever comes later maps it, and makes nothing.
    assert len(open_lists(str(folder), "items.jsonl.gz", lambda: 1 / 0)) == 9
    # Another table in the same place has lists of its own.
    write_table(str(folder), ROWS[:3])
    (folder / "items.lists").unlink()
    assert len(lists_of_table(str(folder))) == 3


def test_a_remote_file_is_copied_once(tmp_path, monkeypatch):
    """A path with `://` is read through Beam, which here finds local files under it."""
    from apache_beam.io.filesystems import FileSystems

    monkeypatch.setattr(mapped_items.tempfile, "gettempdir", lambda: str(tmp_path / "temporary"))
    write_table(str(tmp_path), ROWS)
    opened = []

    def local(path):
        return str(path).replace("store://", f"{tmp_path}/")

    def open_local(path):
        opened.append(path)
        return io.BytesIO(Path(local(path)).read_bytes())

    match, exists = FileSystems.match, FileSystems.exists
    monkeypatch.setattr(FileSystems, "match", lambda patterns: match([local(each) for each in patterns]))
    monkeypatch.setattr(FileSystems, "exists", lambda path: exists(local(path)))
    monkeypatch.setattr(mapped_items, "open_binary", open_local)
    for _ in range(2):
        lists = open_lists("store://", "items.jsonl.gz", lambda: 1 / 0)
        assert lists.places([ROWS[0].item.item_id]) == [0]
    assert opened == ["store://items.lists"]
    # Without the file, the lists are made of the table.
    (tmp_path / "items.lists").unlink()
    (tmp_path / "items.jsonl.gz").write_bytes((tmp_path / "items.jsonl.gz").read_bytes() + b" ")
    assert len(open_lists("store://", "items.jsonl.gz", lambda: packed(["a"], [1]))) == 1


def _shared_mib(path, everybody, results):
    lists = mapped(path)
    sum(lists.cumulative.tolist())
    everybody.wait(60)
    results.put(_pss_of(path))
    everybody.wait(60)


def _pss_of(path):
    """How many kB of the file's mapped pages are charged to this process."""
    lines = iter(Path("/proc/self/smaps").read_text(encoding="utf-8").splitlines())
    for line in lines:
        if line.rstrip().endswith(path):
            return next(int(each.split()[1]) for each in lines if each.startswith("Pss:"))
    raise AssertionError(f"{path} is not mapped")


def test_workers_share_the_pages(tmp_path):
    path, context = str(tmp_path / "lists"), multiprocessing.get_context("spawn")
    (tmp_path / "lists").write_bytes(b"".join(packed([f"i{n:06d}" for n in range(100_000)], range(100_000))))
    found = {}
    for workers in (1, 2):
        everybody, results = context.Barrier(workers), context.Queue()
        started = [context.Process(target=_shared_mib, args=(path, everybody, results)) for _ in range(workers)]
        for each in started:
            each.start()
        found[workers] = [results.get(timeout=60) for _ in started]
        for each in started:
            each.join()
    # Two are charged half each of what one is charged.
    assert found[1][0] > 500 and max(found[2]) < 0.6 * found[1][0]
