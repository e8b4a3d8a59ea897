from pathlib import Path

import pytest

from components.own_log.guess.conversion import convert_events
from components.own_log.guess.event_guess import Answers
from components.own_log.guess.event_guessing import guess_events
from components.own_log.guess.sampled_columns import sample
from components.sources.adapter import adapter
from components.sources.data_config import DataConfig
from schemas.canonical_event import Event, Surface
from tests.support.raw_files import write

NOW_MS = 1_800_000_000_000
LOG = (
    "kunde;ts;sku;q;page;event\n"
    "k1;1700000000000001;i1;rote\tTasse;srp;click\n"
    "k1;1700000001000000;i2;;home;impression\n"
    "k1;1700000002000000;i3;;srp;buy\n"
    "k1;soon;i4;;home;click\n"
    "k1;1700000003000000;i5;;home;refund\n"
    "k1;1700000004000000;i6;;moon;click\n"
    "k1\n"
    "Jürgen;1700000005000000;i7;;home;click\n"
)


@pytest.fixture
def guess(tmp_path):
    # `moon` and what is not known of it come after the rows that are looked at.
    path = write(tmp_path / "log.csv", LOG.encode("latin-1"))
    return guess_events(sample(path, rows=3), Answers())


def test_a_run_reads_what_is_written(guess, tmp_path):
    assert guess.questions == []
    written = convert_events(guess, str(tmp_path / "new"))
    events = adapter("events").read_events(written.path, DataConfig(events=written.path), NOW_MS)
    assert [event for _, event in events] == [
        Event("k1", 1_700_000_000_000, Surface.SEARCH, "rote Tasse", "", "i1", 1),
        Event("k1", 1_700_000_001_000, Surface.RECOMMENDATION, "", "", "i2", 0),
        Event("k1", 1_700_000_002_000, Surface.SEARCH, "", "", "i3", 1),
        Event("Jürgen", 1_700_000_005_000, Surface.RECOMMENDATION, "", "", "i7", 1),
    ]
    assert written.rows == 4
    reasons = ("unparsable time", "left out as told", "unknown surface", "broken row")
    assert written.left_out == dict.fromkeys(reasons, 1)
    assert [written.first[reason] for reason in reasons[:2]] == [(5, "soon"), (6, "refund")]
    # Equal logs make equal files, and nothing unfinished stays.
    again = convert_events(guess, str(tmp_path / "again"))
    assert Path(again.path).read_bytes() == Path(written.path).read_bytes()
    assert [each.name for each in (tmp_path / "new").iterdir()] == ["events.tsv.gz"]


def test_an_interrupted_conversion_leaves_no_file_that_looks_whole(guess, tmp_path):
    def stop(rows):
        raise KeyboardInterrupt

    header, row, *_ = LOG.splitlines(keepends=True)
    path = write(tmp_path / "long.csv", header + row * 50_000)
    with pytest.raises(KeyboardInterrupt):
        convert_events(guess_events(sample(path)), str(tmp_path / "new"), progress=stop)
    assert not (tmp_path / "new" / "events.tsv.gz").exists()
