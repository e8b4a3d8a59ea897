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
    before, after = (kinds(lists[f"the feed after a search for a {kind}"]) for kind in ("mug", "teapot"))
    assert before.count("mug") >= 3 and "teapot" not in before
    assert "teapot" in after


def test_a_search_finds_what_its_word_says(lists):
    assert kinds(lists["a search for a lamp"]) == ["lamp"] * 5
    assert set(kinds(lists["a feed of the living room"])) <= {"lamp", "clock", "cushion"}


def test_nothing_is_left_running(printed):
    assert printed.rstrip().endswith("The server has ended with 0.")
