import dataclasses
import re

import pytest

from components.behaviour_example_gen.examples.fixed_candidates import given_examples
from components.raw_files.refusal import DataError
from components.sources.candidate_row import FixedCandidates
from schemas.canonical_event import Event, Surface

TARGETS = [
    Event("u", 0, Surface.SEARCH, item_id="a", position=0, split="train"),
    Event("u", 0, Surface.SEARCH, item_id="b", position=1, split="validation"),
    Event("u", 0, Surface.RECOMMENDATION, item_id="c", position=2, split="test"),
    Event("u", 0, Surface.RECOMMENDATION, item_id="d", position=3, split="test"),
]
ROW = FixedCandidates("c.tsv:7", "u", 3, Surface.RECOMMENDATION, "test", "d", ("x", "y"))


def test_all_of_train_and_what_has_candidates_of_the_rest():
    assert given_examples(TARGETS, [ROW]) == [("train", ()), ("", ()), ("", ()), ("test", ("x", "y"))]
    assert given_examples(TARGETS[:1], []) == [("train", ())]
    twice = "^user 'u' has two events at position 1. Positions number a user's events, each once.$"
    with pytest.raises(DataError, match=twice):
        given_examples([*TARGETS, TARGETS[1]], [])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"position": 9}, "position 9: the event file has no such event. Take the row out, or give the event."),
        ({"positive": "e"}, "position 3: positive is 'e' here and 'd' in the event file. Make both say the same."),
        ({"surface": Surface.SEARCH}, "position 3: kind is 'search' here and 'recommendation' in the event file. Make"),
        ({"split": "validation"}, "position 3: split is 'validation' here and 'test' in the event file. Make both say"),
        (
            {"position": 0, "surface": Surface.SEARCH, "positive": "a"},
            "position 0: split is 'test' here and 'train' in the event file. Make both say the same.",
        ),
        ({"where": "c.tsv:6"}, "position 3: stands in c.tsv:6 already. Take one of the two rows out."),
    ],
)
def test_a_row_that_contradicts_the_events_or_another_row(changes, message):
    rows = [ROW, dataclasses.replace(ROW, **changes)] if "where" in changes else [dataclasses.replace(ROW, **changes)]
    with pytest.raises(DataError, match="^" + re.escape(f"c.tsv:7: user_id 'u', {message}")):
        given_examples(TARGETS, rows)
