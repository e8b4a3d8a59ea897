import pytest

from components.own_log.guess.event_guess import EventGuess
from components.own_log.guess.sampled_columns import sample
from components.own_log.guess.time_formats import format_named
from components.sources.event_rows import EventColumns
from tests.support.raw_files import write

LOG = "uid,at,sku,q,page,did,label\nu1,1700000000,i1,mug,srp,click,x\nu1,1700000001,i2,,home,seen,y\n"
COLUMNS = {"user": "uid", "time": "at", "item": "sku", "query": "q"}


@pytest.fixture
def guess(tmp_path):
    sampled = sample(write(tmp_path / "log.csv", LOG))
    return lambda **columns: EventGuess(sampled, {**COLUMNS, **columns}, format_named("s"))


def surfaces_and_labels(found):
    return [(found.surface_of(row), found.label_of(row)) for row in map(found.sampled.row, (0, 1))]


def test_values_are_translated_and_rare_ones_by_their_words(guess):
    # The query tells the surface where no column does.
    assert surfaces_and_labels(guess()) == [("search", "1"), ("recommendation", "1")]
    found = guess(surface="page", label="did")
    found.surfaces, found.labels = {"srp": "search"}, {"click": "1"}
    assert surfaces_and_labels(found) == [("search", "1"), ("recommendation", "0")]
    assert found.surface_of({"page": "moon"}) == found.label_of({"did": "moon"}) == ""
    found.time = format_named("%d.%m.%Y")
    assert found.obstacles == [
        "'at' holds dates written as %d.%m.%Y; a run reads numbers since 1970, ISO 8601 and RFC 2822",
    ]
    assert guess().obstacles == []


def test_columns_become_the_configurations(guess):
    # The column `label` says something else here, so it must not be read.
    expected = EventColumns("uid", "at", "s", surface="", query="q", item_id="sku", label="")
    assert guess().event_columns == expected
    assert guess(label="label").event_columns.label == "label"
    assert guess().unused == ["page", "did", "label"]


def test_the_logs_own_words_become_settings(guess):
    found = guess(surface="page", label="did")
    found.surfaces = {"srp": "search", "home": "recommendation", "find": "search"}
    found.labels = {"click": "1", "seen": "0", "refund": "drop"}
    assert found.obstacles == [] and found.label_threshold is None
    assert found.event_columns.surface_values == {"search": ("srp", "find"), "recommendation": ("home",)}
    assert found.event_columns.label_values == {"click": 1, "seen": 0}


@pytest.mark.parametrize(
    ("labels", "threshold"),
    [
        ({"0": "0", "1": "1", "17": "1"}, 1.0),
        # Told otherwise, or with a word among them, they are no counts.
        ({"0": "0", "1": "0", "17": "1"}, None),
        ({"0": "0", "1": "1", "many": "1"}, None),
        ({}, None),
    ],
)
def test_counts_are_labels_by_a_threshold_that_rare_ones_pass_too(labels, threshold, guess):
    found = guess(label="did")
    found.labels = labels
    assert found.label_threshold == threshold
    expected = {} if threshold else {value: int(meaning) for value, meaning in labels.items()}
    assert found.event_columns.label_values == expected
