"""The composed model's ranks, run in a v1 Session as TF Serving runs it, against its own answers."""

import contextlib

import numpy as np
import pytest
import tensorflow as tf

from components.retrieve_then_rank import served_ranks
from components.retrieve_then_rank.composed_model import save_composed_model
from components.servability_gate.requests.signature_inputs import signature_request
from schemas import features, signatures
from schemas.canonical_event import Surface, Token
from serving.local_server.models.servable import Servable
from tests.support.asked_models import example
from tests.support.catalogue_models import vector_ranks
from tests.support.rank_models import letters, letters_to_eight, save_rank_model, signature_of
from tests.support.retrieval_models import save_retrieval_model

CATALOGUE = {"apple": 6.0, "fig": 5.0, "banana": 4.0, "kiwi": 3.0, "plum": 2.0, "cranberry": 1.0}
"""By vectors they stand in this order, and a search for an item's name brings it to the front. By the ranker, long
names come first."""
RETRIEVED = 4
OUTPUTS = (signatures.RANKS, signatures.UNSEEN_RANKS, signatures.VECTOR_RANKS, signatures.UNSEEN_VECTOR_RANKS)


def compose(folder, retriever, ranker=None, retrieved=RETRIEVED):
    ranker = ranker or save_rank_model(folder / "ranker", letters, letters)
    save_composed_model(retriever, ranker, str(folder / "composed"), retrieved)
    return contextlib.closing(Servable(str(folder / "composed")))


def retriever_with(ranks, folder, **settings):
    return save_retrieval_model(folder, CATALOGUE, further={signatures.CATALOGUE_RANKS: ranks}, **settings)


@pytest.fixture(scope="module", params=[1 << 14, 2 * RETRIEVED], ids=["at once", "two at a time"])
def composed(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(served_ranks, "_CANDIDATES_AT_ONCE", request.param)
        with compose(folder, retriever_with(vector_ranks(CATALOGUE), folder / "retriever")) as servable:
            yield servable


def wanted(item, seen=(), query="", label=0):
    """An example whose history is one search with these clicks."""
    history = [Token(Surface.SEARCH, tuple(seen), "any")] if seen else []
    surface = Surface.SEARCH if query else Surface.RECOMMENDATION
    return example([item, "other"], positive=label, surface=surface, query=query, history=history)


def ranks(servable, examples):
    """The four ranks of each example."""
    serialized = np.array([each.SerializeToString() for each in examples], object)
    answer = servable.run(signatures.CATALOGUE_RANKS, {signatures.EXAMPLES: serialized})
    assert set(answer) == set(OUTPUTS) and {each.dtype for each in answer.values()} == {np.dtype(np.int64)}
    return [tuple(row) for row in np.stack([answer[name] for name in OUTPUTS], axis=1).tolist()]


BY_HAND = {
    # Handed over: apple, fig, banana, kiwi; answered: banana, apple, kiwi, fig.
    "the first": (wanted("banana"), (1, 1, 3, 3)),
    "the last": (wanted("fig"), (4, 4, 2, 2)),
    # Plum is fifth by vectors, cranberry sixth. Both stand behind the four.
    "not handed over": (wanted("plum"), (4 + 5, 4 + 5, 5, 5)),
    "nor this": (wanted("cranberry"), (4 + 6, 4 + 6, 6, 6)),
    # Handed over: cranberry, apple, fig, banana; answered: cranberry, banana, apple, fig.
    "searched": (wanted("cranberry", query="cranberry"), (1, 1, 6, 6)),
    "searched for something else": (wanted("apple", query="cranberry"), (3, 3, 1, 1)),
    "not found by a search": (wanted("kiwi", query="cranberry"), (4 + 4, 4 + 4, 4, 4)),
    # Without banana and fig: cranberry, apple, kiwi, plum. Kiwi and plum are equal and keep the retriever's order.
    "handed over without the history": (wanted("cranberry", ["banana", "fig"]), (4 + 6, 1, 6, 4)),
    "behind an equal one": (wanted("plum", ["banana", "fig", "fig"]), (4 + 5, 4, 5, 3)),
    "ahead of it": (wanted("kiwi", ["banana", "fig"]), (3, 3, 4, 2)),
    # Without apple: banana, kiwi, plum, fig.
    "not handed over without the history": (wanted("cranberry", ["apple"]), (4 + 6, 4 + 5, 6, 5)),
    # No answer without the history holds an item of it: so the one with it, without the other items of the history.
    "in the history": (wanted("banana", ["banana", "fig"]), (1, 1, 3, 2)),
    "in the history, behind another": (wanted("fig", ["banana", "fig"]), (4, 3, 2, 2)),
    "in the history, not handed over": (wanted("cranberry", ["banana", "cranberry"]), (4 + 6, 3 + 5, 6, 5)),
    "an item of the history that nobody knows": (wanted("apple", ["?"]), (2, 2, 1, 1)),
    "unknown": (wanted("quince", ["apple"]), (0, 0, 0, 0)),
    "unknown, and in the history": (wanted("quince", ["quince"]), (0, 0, 0, 0)),
    "no positive": (wanted("apple", label=-1), (0, 0, 0, 0)),
}


@pytest.mark.parametrize("case", BY_HAND)
def test_the_place_in_the_answer_or_behind_all_that_was_handed_over(composed, case):
    asked, expected = BY_HAND[case]
    assert ranks(composed, [asked]) == [expected]


def test_rows_of_both_surfaces_do_not_see_each_other(composed):
    examples, expected = zip(*BY_HAND.values(), strict=True)
    assert ranks(composed, examples) == list(expected)
    assert ranks(composed, examples[::-1]) == list(expected[::-1])
    assert ranks(composed, []) == []


def test_they_are_the_places_in_what_recommend_and_search_answer_or_no_better(composed):
    examples = [wanted(item, seen, query) for item in CATALOGUE for seen in ((), ("kiwi",)) for query in ("", "plum")]
    for each, (with_history, without, *_) in zip(examples, ranks(composed, examples), strict=True):
        item, seen, query = (
            [value.decode() for value in each.features.feature[name].bytes_list.value]
            for name in (features.CANDIDATES, features.HISTORY_ITEMS, features.QUERY)
        )
        name = signatures.SEARCH if any(query) else signatures.RECOMMEND
        for rank, exclude_seen in ((with_history, False), (without, True)):
            if exclude_seen and item[0] in seen:
                continue  # No such answer holds it.
            told = {
                signatures.K: np.array([RETRIEVED], np.int32),
                signatures.EXCLUDE_SEEN: np.array([exclude_seen]),
            }
            answer = composed.run(name, signature_request(composed.signature_defs, name, [each], told))
            listed = [found.decode() for found in answer[signatures.ITEMS][0]]
            if item[0] in listed:
                assert rank == 1 + listed.index(item[0])
            else:
                # All that was handed over stands before it, and of the rest what is nearer by vectors.
                rest = [other for other in CATALOGUE if other not in listed and not (exclude_seen and other in seen)]
                assert rank >= len(listed) + 1 + rest.index(item[0])


def test_context_of_either_model_is_asked_as_the_example_tells_it(tmp_path):
    # From 1970 on, the ranker likes long names, before it short ones.
    @signature_of(signatures.RANK, {signatures.RANK_TIMESTAMP_MS: tf.int64, "device": tf.string})
    def rank(**given):
        long = (given[signatures.RANK_TIMESTAMP_MS] >= 0) & (given["device"] == "tv")
        sign = tf.where(long, 1.0, -1.0)
        return {signatures.SCORES: sign[:, tf.newaxis] * letters(given[signatures.RANK_CANDIDATES])}

    ranker = save_rank_model(tmp_path / "ranker", rank=None, further={signatures.RANK: rank})
    retriever = retriever_with(vector_ranks(CATALOGUE), tmp_path / "retriever", context={"hat": tf.string})
    on_tv, before = wanted("banana"), wanted("banana")
    for each in (on_tv, before):
        each.features.feature[features.CONTEXT_VALUES].bytes_list.value[:] = [b"device=tv", b"hat=red"]
    before.features.feature[features.TIMESTAMP_MS].int64_list.value[:] = []
    with compose(tmp_path, retriever, ranker) as servable:
        found = [rank for rank, *_ in ranks(servable, [on_tv, before, wanted("banana")])]
    assert found == [1, 4, 4]


def test_what_pads_a_short_answer_does_not_stand_before_anything(tmp_path):
    """A seventh item is known by vectors and never handed over, as one that a retrieval index has lost."""
    ranks_of_seven = vector_ranks(CATALOGUE | {"lost": 0.5})
    with compose(tmp_path, retriever_with(ranks_of_seven, tmp_path / "retriever"), retrieved=9) as servable:
        asked = [wanted("lost"), wanted("lost", ["fig"]), wanted("fig")]
        assert ranks(servable, asked) == [(6 + 7, 6 + 7, 7, 7), (6 + 7, 5 + 6, 7, 6), (6, 6, 2, 2)]


def test_an_older_retriever_tells_one_rank_and_one_older_still_none(tmp_path):
    @signature_of(signatures.CATALOGUE_RANKS)
    def third(examples):
        return {signatures.RANKS: tf.fill(tf.shape(examples), tf.constant(3, tf.int64))}

    with compose(tmp_path, retriever_with(third, tmp_path / "retriever")) as servable:
        assert ranks(servable, [wanted("fig"), wanted("plum", ["apple"])]) == [(4, 4, 3, 3), (4 + 3, 3, 3, 3)]
    with compose(tmp_path, save_retrieval_model(tmp_path / "oldest", CATALOGUE)) as servable:
        assert signatures.CATALOGUE_RANKS not in servable.signature_defs


@pytest.mark.parametrize(
    ("popular_negatives", "places"),
    [
        # The odds are 5, 3, 6 and 4 to 8.
        (False, {"banana": 1, "apple": 2, "kiwi": 3, "fig": 4, "plum": 4 + 5}),
        # They are multiplied by 1/4, 3, 1/2 and 1.
        (True, {"fig": 1, "kiwi": 2, "banana": 3, "apple": 4, "plum": 4 + 5}),
    ],
)
def test_they_are_the_places_in_answers_that_add_popularity(popular_negatives, places, tmp_path):
    """Handed over: apple, fig, banana, kiwi."""
    shares = {"apple": 1 / 24, "fig": 1 / 2, "banana": 1 / 12, "kiwi": 1 / 6, "plum": 1 / 8, "cranberry": 1 / 12}
    retriever = retriever_with(vector_ranks(CATALOGUE), tmp_path / "retriever", shares=shares)
    ranker = save_rank_model(tmp_path / "ranker", letters_to_eight, letters_to_eight)
    save_composed_model(retriever, ranker, str(tmp_path / "composed"), RETRIEVED, popular_negatives)
    with contextlib.closing(Servable(str(tmp_path / "composed"))) as servable:
        found = ranks(servable, [wanted(item) for item in places])
    assert [rank for rank, *_ in found] == [*places.values()]
