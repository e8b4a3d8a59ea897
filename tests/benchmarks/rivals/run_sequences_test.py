"""The examples of a run as bare sequences, worked out by hand."""

import json

import pytest

from benchmarks.rivals import run_sequences
from components.baselines.example_ranking import user_hash
from components.behaviour_example_gen.examples.behaviour_examples import catalog_example
from schemas.canonical_event import Item, Surface, Token
from tests.support.behaviour_examples import behaviour_example, write_examples

FEED, SEARCH = Surface.RECOMMENDATION, Surface.SEARCH


@pytest.fixture
def run(tmp_path):
    """Writes the newest examples of a run, by split, and gives back its folder. Its items are a, b and c."""

    def write(**splits):
        folder = tmp_path / "artifacts" / "BehaviourExampleGen" / "examples"
        write_examples(folder / "9" / "Split-catalog" / "1.gz", [catalog_example(Item("old"))])
        write_examples(folder / "10" / "Split-catalog" / "1.gz", [catalog_example(Item(item)) for item in "abc"])
        for split in ("train", "validation", "test"):
            write_examples(folder / "10" / f"Split-{split}" / "1.gz", splits.get(split, []))
        return tmp_path

    return write


# A session of two items between items of the feed, one of which is not in the catalogue, and a search without a click.
PAST = [Token(FEED, ("b",)), Token(SEARCH, ("a", "c"), "mug"), Token(FEED, ("gone",)), Token(SEARCH, (), "cup")]


def test_a_history_is_the_items_of_both_surfaces_that_the_catalogue_has_oldest_first(run, tmp_path):
    root = run(
        train=[
            behaviour_example(["a", "b"], user="u1"),
            behaviour_example(["b", "a"], user="u2", history=PAST[:1], surface=SEARCH, query="mug"),
        ],
        validation=[behaviour_example(["b", "c"], positive=1, user="u2", history=PAST)],
        test=[
            behaviour_example(["gone"], user="u3", history=PAST[1:], surface=SEARCH),
            behaviour_example(["a", "b"], positive=-1, user="u4"),  # Nothing is wanted, so nothing is ranked.
            behaviour_example(["a"], user="u1", history=PAST[:2]),
        ],
    )
    found = run_sequences.write_sequences(root, tmp_path / "sequences.json", 2_000, exclude_seen=False)
    a, b, c = range(3)
    assert found == {
        "items": 3,
        "exclude_seen": False,
        "train": [[0, [], a], [1, [b], b]],
        "validation": [[1, [b, a, c], c]],
        "test": [[2, [a, c], -1], [0, [b, a, c], a]],
        "surfaces": ["search", "recommendation"],
    }
    assert json.loads((tmp_path / "sequences.json").read_text()) == found


def test_the_test_examples_are_those_that_the_run_compares_with_rules(run, tmp_path):
    users = [f"u{number}" for number in range(40)]
    examples = [behaviour_example(["a"], user=user) for user in users]
    found = run_sequences.write_sequences(run(train=examples, test=examples), tmp_path / "s.json", 10, True)
    # A quarter of the users, by their hashes; of the training nothing is left out.
    assert [user for user, _, _ in found["test"]] == [
        number for number, user in enumerate(users) if user_hash(user.encode()) < 2**62
    ]
    assert 0 < len(found["test"]) < 20 and len(found["train"]) == 40 and found["exclude_seen"] is True
    none = run_sequences.write_sequences(run(train=examples, test=examples), tmp_path / "s.json", 0, True)
    assert none["test"] == []
