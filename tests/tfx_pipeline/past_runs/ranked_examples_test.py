import pytest
import tensorflow as tf

from schemas import signatures
from schemas.canonical_event import Surface, Token
from tests.support.behaviour_examples import behaviour_example, write_examples
from tests.support.rank_models import save_rank_model
from tests.support.session_models import sessions_in_halves
from tests.support.vector_models import vector_signatures
from tfx_pipeline.past_runs.ranked_examples import AskedModel, chosen_records, read_example

FEED, SEARCH = Surface.RECOMMENDATION, Surface.SEARCH
HISTORY = (Token(FEED, ("a",)), Token(SEARCH, ("bb", "a"), "Größe"), Token(SEARCH, (), "none"), Token(FEED, ("ccc",)))


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """Scores an item by the length of its id, and finds the next lengths most alike."""
    vectors = vector_signatures({"a": 1.0, "bb": 2.0, "ccc": 4.0})
    further = {**vectors, signatures.SESSIONS: sessions_in_halves()}
    return AskedModel(save_rank_model(tmp_path_factory.mktemp("shop") / "model", further=further))


def test_candidates_stand_in_the_order_of_their_scores(model):
    example = behaviour_example(
        ["bb", "a", "ccc"], positive=0, surface=SEARCH, query="mug", user="zoe", history=HISTORY
    )
    (found,) = model.ranked([example])
    assert (found.user, found.surface, found.query, found.wanted) == ("zoe", SEARCH, "mug", "bb")
    assert (found.items, found.rank, found.lead) == (("ccc", "bb", "a"), 2, 1.0)
    assert found.history == HISTORY and found.record == example
    assert found.scores == (3.0, 2.0, 1.0) and found.candidates == ("bb", "a", "ccc") and found.timestamp_ms == 1_000


def test_of_equal_scores_the_wanted_one_is_last_as_it_counts(model):
    (found,) = model.ranked([behaviour_example(["x", "y", "zz"], positive=0)])
    assert (found.items, found.rank) == (("zz", "y", "x"), 3)


def test_lists_of_different_lengths_are_ranked_in_their_order_and_those_without_a_positive_left_out(model):
    examples = [behaviour_example(["a", "bb"]), behaviour_example(["a"], positive=-1), behaviour_example(["ccc"])]
    assert [(each.items, each.rank) for each in model.ranked(examples)] == [(("bb", "a"), 2), (("ccc",), 1)]


@pytest.mark.parametrize(("positive", "items", "rank"), [(1, ("bb", "a"), 2), (0, ("a", "bb"), 2)])
def test_scores_that_are_no_numbers_count_against_the_wanted_one(positive, items, rank, tmp_path):
    def nothing_for_long_ones(candidates):
        return tf.where(tf.strings.length(candidates) > 1, float("nan"), 1.0)

    asked = AskedModel(save_rank_model(tmp_path / "model", nothing_for_long_ones))
    (found,) = asked.ranked([behaviour_example(["bb", "a"], positive=positive)])
    assert (found.items, found.rank) == (items, rank)


def test_the_wanted_one_may_stand_anywhere(model):
    (found,) = model.ranked([behaviour_example(["a", "ccc", "bb"], positive=1)])
    assert (found.items, found.rank, found.wanted) == (("ccc", "bb", "a"), 1, "ccc")


def test_an_example_is_read_without_a_model():
    found = read_example(behaviour_example(["a", "bb"], positive=-1, user="zoe"))
    assert (found.user, found.candidates, found.wanted, found.history) == ("zoe", ("a", "bb"), "", ())


def test_neighbours_are_those_of_the_model(model):
    # 1 - distance / 8.
    assert model.neighbours(["a", "ccc"], 2) == {
        "a": [("bb", 0.875), ("ccc", 0.625)],
        "ccc": [("bb", 0.75), ("a", 0.625)],
    }
    assert model.neighbours(["a"], 1) == {"a": [("bb", 0.875)]}
    assert model.neighbours([], 2) == {} and model.neighbours(["unknown"], 2) == {"unknown": []}


def test_queries_have_vectors(model):
    # The number of letters, and 0.
    assert model.query_vectors(["mug", "größe"]).tolist() == [[3, 0], [5, 0]]


def test_a_history_is_divided_on_the_surface_of_its_example(model):
    (feed, search) = model.ranked(
        [
            behaviour_example(["a"], history=HISTORY),
            behaviour_example(["a"], history=HISTORY, surface=SEARCH, query="q"),
        ]
    )
    divided = model.sessions(feed)
    assert divided.tokens == (0, 3) and [(each.start, each.end) for each in divided.by_clicks] == [(0, 1), (1, 2)]
    assert model.sessions(search).tokens == (1, 2)


def test_a_model_that_cannot_is_not_asked(tmp_path):
    asked = AskedModel(save_rank_model(tmp_path / "model"))
    (found,) = asked.ranked([behaviour_example(["a"])])
    assert asked.neighbours(["a"], 2) == {} and asked.sessions(found) is None
    assert asked.embeddings(["a"]) is None and asked.query_vectors(["a"]) is None


def test_examples_are_chosen_by_nothing_but_themselves(tmp_path):
    records = [behaviour_example([f"item{place}"]) for place in range(20)]
    files = [write_examples(tmp_path / "1.gz", records[:12]), write_examples(tmp_path / "2.gz", records[12:])]
    again = [write_examples(tmp_path / "3.gz", records[::-1])]
    assert chosen_records(files, 5) == chosen_records(again, 5)
    assert len(set(chosen_records(files, 5))) == 5 and sorted(chosen_records(files, 99)) == sorted(records)
