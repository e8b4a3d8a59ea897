"""The tour, run whole as a newcomer runs it: in an empty folder, by what is installed."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

TOUR = Path(__file__).resolve().parents[2] / "examples" / "tour.py"


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tour") / "an empty folder"
    folder.mkdir()
    result = subprocess.run([sys.executable, str(TOUR)], cwd=folder, capture_output=True, text=True)
    assert result.returncode == 0, f"{result.stdout[-3000:]}\n{result.stderr[-3000:]}"
    assert [path.name for path in folder.iterdir()] == ["tour"]
    return result.stdout


@pytest.fixture(scope="module")
def lists(printed):
    """What was asked for to the items of the answer."""
    return {
        what: items.split(", ")
        for what, items in re.findall(r"^(.*?) +((?:[a-z]+-[a-z]+, ){4}[a-z]+-[a-z]+)$", printed, re.MULTILINE)
    }


def kinds(items):
    return [item.split("-")[0] for item in items]


def test_the_model_is_better_than_popularity(printed):
    rows = re.findall(r"NDCG@5 (\S+), by popularity (\S+)", printed)
    assert len(rows) == 2 and all(float(ours) > float(popularity) for ours, popularity in rows)


def test_the_feed_follows_what_was_searched_for(lists):
    """The same user, the same two visits before: only the last search differs."""
    for searched, other in (("teapot", "clock"), ("clock", "teapot")):
        feed = kinds(lists[f"the feed after a search for a {searched}"])
        assert feed.count(searched) >= 3 > feed.count(other), feed


def test_a_search_finds_what_its_word_says(lists):
    assert kinds(lists["a search for a lamp"]).count("lamp") >= 4
    assert set(kinds(lists["a feed of the living room"])) <= {"lamp", "clock", "cushion"}


def test_nothing_is_left_running(printed):
    assert printed.rstrip().endswith("The server has ended with 0.")
