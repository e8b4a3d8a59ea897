"""The composed model, run in a v1 Session as TF Serving runs it, against both steps done by hand."""

import contextlib

import numpy as np
import pytest
import tensorflow as tf

from components.retrieve_then_rank.composed_model import save_composed_model
from components.servability_gate.requests.rank_inputs import rank_request
from schemas import signatures
from schemas.canonical_event import Surface, Token
from serving.local_server.models.servable import Servable
from tests.support.asked_models import example
from tests.support.explained_models import explain_by_first_letters
from tests.support.rank_models import letters, letters_to_eight, save_rank_model, signature_of
from tests.support.retrieval_models import save_retrieval_model
from tests.support.vector_models import vector_signatures

CATALOGUE = {"apple": 6.0, "fig": 5.0, "banana": 4.0, "kiwi": 3.0, "plum": 2.0, "cranberry": 1.0}
"""The retriever's order: as they stand. The ranker's order: by the length of the name, see `rank_models.letters`."""


@pytest.fixture(scope="module")
def composed(tmp_path_factory):
    """Hands the four best retrieved items to a ranker whose scores stand in a variable and a table."""
    folder = tmp_path_factory.mktemp("models")
    module = tf.Module()
    module.factor = tf.Variable(0.5)
    lengths = tf.lookup.KeyValueTensorInitializer(list(CATALOGUE), [float(len(name)) for name in CATALOGUE])
    module.lengths = tf.lookup.StaticHashTable(lengths, 0.0)

    def half_the_letters(candidates):
        return module.factor * module.lengths.lookup(candidates)

    retriever = save_retrieval_model(folder / "retriever", CATALOGUE)
    ranker = save_rank_model(folder / "ranker", half_the_letters, half_the_letters, module)
    servable = compose(folder, retriever, ranker, retrieved=4)
    yield servable
    servable.close()


def request(k, query=None, seen=((),), exclude_seen=None, category=""):
    """A row for each entry of `k`; `seen` holds the items of each row's history."""
    rows = len(k)
    histories = [[Token(Surface.RECOMMENDATION, (item,)) for item in items] for items in seen]
    inputs = rank_request([example(["?"], history=history) for history in histories * (rows // len(histories))])
    inputs |= {
        signatures.RANK_QUERY: np.array([(query or "").encode()] * rows, object),
        signatures.K: np.array(k, np.int32),
        signatures.EXCLUDE_SEEN: np.array(exclude_seen or [False] * rows),
        signatures.CATEGORY: np.array([[category.encode()]] * rows, object),
    }
    left_out = {signatures.RANK_CANDIDATES} | ({signatures.RANK_QUERY} if query is None else set())
    return {name: values for name, values in inputs.items() if name not in left_out}


def listed(outputs):
    """Each row's items and scores, as pairs."""
    return [
        [(item.decode(), float(score)) for item, score in zip(items, scores, strict=True)]
        for items, scores in zip(outputs[signatures.ITEMS], outputs[signatures.SCORES], strict=True)
    ]


def answered(servable, k, query=None, **asked):
    """The lists of a recommendation or, with a query, of a search."""
    name = signatures.RECOMMEND if query is None else signatures.SEARCH
    return listed(servable.run(name, request(k, query, **asked)))


def compose(folder, retriever, ranker, retrieved=2):
    save_composed_model(retriever, ranker, str(folder / "composed"), retrieved)
    return Servable(str(folder / "composed"))


CRANBERRY, BANANA, APPLE, FIG = ("cranberry", 4.5), ("banana", 3.0), ("apple", 2.5), ("fig", 1.5)
KIWI, PLUM, PADDING = ("kiwi", 2.0), ("plum", 2.0), ("", 0.0)
"""An item's score is half its letters."""
SEEN = {"seen": [("banana", "fig")] * 2, "exclude_seen": [True, False]}


@pytest.mark.parametrize(
    ("k", "asked", "rows"),
    [
        # Retrieved: apple, fig, banana, kiwi. The longest name of all, cranberry, never reaches the ranker.
        ([3], {}, [[BANANA, APPLE, KIWI]]),
        ([2], {"query": "cranberry"}, [[CRANBERRY, BANANA]]),
        # Kiwi and plum have four letters each, so the retriever's order stays.
        ([5], {}, [[BANANA, APPLE, KIWI, PLUM, FIG]]),
        ([5], {"query": "plum"}, [[BANANA, APPLE, PLUM, KIWI, FIG]]),
        # A row does not see the others.
        ([1, 8], {}, [[BANANA] + [PADDING] * 7, [CRANBERRY, BANANA, APPLE, KIWI, PLUM, FIG, PADDING, PADDING]]),
        # Without banana and fig, plum and cranberry are among the four that are retrieved.
        ([2, 2], SEEN, [[CRANBERRY, APPLE], [BANANA, APPLE]]),
        # The categories of the retriever are first letters.
        ([2], {"category": "f"}, [[FIG, PADDING]]),
    ],
)
def test_the_rankers_order_of_what_was_retrieved(composed, k, asked, rows):
    assert answered(composed, k, **asked) == rows


def test_an_empty_batch_has_no_lists_and_a_number_of_items_that_makes_no_sense_is_refused(composed):
    answer = composed.run(signatures.RECOMMEND, {name: values[:0] for name, values in request([3]).items()})
    assert answer[signatures.ITEMS].shape == answer[signatures.SCORES].shape == (0, 0)
    assert answer[signatures.SCORES].dtype == np.float32
    for k in ([0], [3, -1], [10_001]):
        with pytest.raises(tf.errors.InvalidArgumentError, match="`k` should be from 1 to 10000. Received:"):
            composed.run(signatures.RECOMMEND, request(k))


def test_the_signatures_are_those_that_the_contract_names(composed):
    names = {name for name in composed.signature_defs if not name.startswith("__")}
    assert names == {signatures.SERVING_DEFAULT, signatures.RANK, signatures.RECOMMEND, signatures.SEARCH}
    search = {*signatures.RANK_INPUTS, signatures.K, signatures.EXCLUDE_SEEN, signatures.CATEGORY}
    search -= {signatures.RANK_CANDIDATES}
    assert set(composed.signature_defs[signatures.SEARCH].inputs) == search
    assert set(composed.signature_defs[signatures.RECOMMEND].inputs) == search - {signatures.RANK_QUERY}
    # The ranker ranks as it did.
    asked = request([1], "x") | {signatures.RANK_CANDIDATES: np.array([[b"kiwi", b"cranberry"]], object)}
    inputs = {name: asked[name] for name in signatures.RANK_INPUTS}
    assert composed.run(signatures.RANK, inputs)[signatures.SCORES].tolist() == [[2.0, 4.5]]


def test_padding_stays_last_whatever_the_ranker_thinks_of_it(tmp_path):
    def loathes_all_but_padding(candidates):
        return -letters(candidates)

    retriever = save_retrieval_model(tmp_path / "retriever", {"ab": 2.0, "a": 1.0})
    ranker = save_rank_model(tmp_path / "ranker", loathes_all_but_padding, loathes_all_but_padding)
    assert answered(compose(tmp_path, retriever, ranker, 9), [3]) == [[("a", -1.0), ("ab", -2.0), PADDING]]


def test_what_either_wants_to_know_is_asked_for_unless_one_name_has_two_meanings(tmp_path):
    # From 1970 on, the ranker likes long names, before it short ones.
    @signature_of(signatures.RANK, {signatures.RANK_TIMESTAMP_MS: tf.int64})
    def rank_by_time(**given):
        sign = tf.where(given[signatures.RANK_TIMESTAMP_MS] >= 0, 1.0, -1.0)
        return {signatures.SCORES: sign[:, tf.newaxis] * letters(given[signatures.RANK_CANDIDATES])}

    ranker = save_rank_model(tmp_path / "ranker", rank=None, further={signatures.RANK: rank_by_time})
    retriever = save_retrieval_model(tmp_path / "retriever", CATALOGUE, context={"device": tf.string})
    servable = compose(tmp_path, retriever, ranker)
    device = {"device": np.array([b"phone"] * 2, object)}
    asked = request([1, 1]) | device | {signatures.RANK_TIMESTAMP_MS: np.array([5, -1], np.int64)}
    assert listed(servable.run(signatures.RECOMMEND, asked)) == [[("apple", 5.0)], [("fig", -3.0)]]
    assert set(servable.signature_defs[signatures.SEARCH].inputs) == {*asked, signatures.RANK_QUERY}
    other = save_retrieval_model(tmp_path / "other", CATALOGUE, {signatures.RANK_TIMESTAMP_MS: tf.string})
    message = r"cannot share `\w+`: the retriever wants timestamp_ms as string \(None,\), the ranker as int64 \(None,\)"
    with pytest.raises(ValueError, match=message):
        compose(tmp_path, other, ranker)


def test_further_signatures_of_the_retriever_are_kept(tmp_path):
    """But for `catalogue_ranks`, which `served_ranks_test.py` asks."""
    further = vector_signatures(CATALOGUE)
    retriever = save_retrieval_model(tmp_path / "retriever", CATALOGUE, further=further)
    servable = compose(tmp_path, retriever, save_rank_model(tmp_path / "ranker"))
    assert set(further) < set(servable.signature_defs)
    asked = {signatures.ITEM_ID: np.array([b"apple"], object), signatures.K: np.array([1], np.int32)}
    assert listed(servable.run(signatures.SIMILAR_ITEMS, asked)) == [[("fig", 0.875)]]


@pytest.mark.parametrize("of_ranker", [True, False])
def test_what_explains_is_the_ranker(of_ranker, tmp_path):
    explains = {signatures.EXPLAIN: explain_by_first_letters()}
    retriever = save_retrieval_model(tmp_path / "retriever", CATALOGUE, further=explains)
    ranker = save_rank_model(tmp_path / "ranker", further=explains if of_ranker else None)
    servable = compose(tmp_path, retriever, ranker)
    assert (signatures.EXPLAIN in servable.signature_defs) == of_ranker
    if of_ranker:
        asked = request([1], "", [("fig", "kiwi")]) | {signatures.RANK_CANDIDATES: np.array([[b"kumquat"]], object)}
        answer = servable.run(signatures.EXPLAIN, {name: asked[name] for name in signatures.RANK_INPUTS})
        np.testing.assert_allclose(answer[signatures.HISTORY_WEIGHTS], [[[0.25, 0.75]]])


def test_a_model_without_its_signatures_and_a_number_that_makes_no_sense_are_refused(tmp_path):
    retriever = save_retrieval_model(tmp_path / "retriever", CATALOGUE)
    half = save_retrieval_model(tmp_path / "half", CATALOGUE, left_out=[signatures.SEARCH])
    message = r"The retriever needs the signatures .* and lacks \['search'\]. It has \['rank', 'recommend'\]: /"
    with pytest.raises(ValueError, match=message):
        compose(tmp_path, half, retriever)
    with pytest.raises(ValueError, match=r"The ranker needs .* and lacks \['serving_default'\]. It has .*: /"):
        compose(tmp_path, retriever, retriever)
    for retrieved in (0, 10_001):
        with pytest.raises(ValueError, match=f"`retrieved` should be from 1 to 10000. Received: retrieved={retrieved}"):
            compose(tmp_path, retriever, retriever, retrieved)


def test_networks_with_gradients_of_their_own_can_be_composed(tmp_path):
    """As those of `models` have: their gradients read what only training can give them."""
    module = tf.Module()
    module.factor = tf.Variable(0.5)

    def half_the_letters(candidates):
        factor = tf.identity(module.factor)

        @tf.custom_gradient
        def scaled(values):
            return factor * values, lambda upstream: factor * upstream

        lengths = letters(candidates)
        return tf.cond(tf.size(lengths) > 0, lambda: scaled(lengths), lambda: lengths)

    retriever = save_retrieval_model(tmp_path / "retriever", CATALOGUE)
    ranker = save_rank_model(tmp_path / "ranker", half_the_letters, half_the_letters, module)
    assert answered(compose(tmp_path, retriever, ranker), [1]) == [[APPLE]]


SOURCES = dict.fromkeys(CATALOGUE, "vectors") | {"kiwi": "words", "fig": "neighbours"}


@pytest.fixture(scope="module")
def with_sources(tmp_path_factory):
    """The same, of a retriever that tells sources; a ranker that scores by letters."""
    folder = tmp_path_factory.mktemp("sources")
    retriever = save_retrieval_model(folder / "retriever", CATALOGUE, sources=SOURCES)
    with contextlib.closing(
        compose(folder, retriever, save_rank_model(folder / "ranker", letters, letters), 4)
    ) as made:
        yield made


def told(servable, k, seen):
    """Triples of each row."""
    outputs = servable.run(signatures.RECOMMEND, request(k, seen=seen))
    rows = zip(listed(outputs), outputs[signatures.SOURCES].astype(str).tolist(), strict=True)
    return [[(*item, source) for item, source in zip(items, sources, strict=True)] for items, sources in rows]


def test_each_item_keeps_its_source(with_sources):
    # Retrieved: apple, fig, banana, kiwi. A place beyond what a row asks for has no source.
    best = [("banana", 6.0, "vectors"), ("apple", 5.0, "vectors"), ("kiwi", 4.0, "words"), ("fig", 3.0, "neighbours")]
    assert told(with_sources, [4, 1], seen=(("x",), ("x",))) == [best, [best[0]] + [("", 0.0, "")] * 3]


def test_where_nothing_is_known_the_most_popular_items_stay_as_they_are(with_sources):
    popular = [(item, CATALOGUE[item], "popularity") for item in ("apple", "fig", "banana")]
    assert told(with_sources, [3, 3], seen=((), ("x",)))[0] == popular
    assert told(with_sources, [3, 3], seen=((), ("x",)))[1][0] == ("banana", 6.0, "vectors")


def test_a_retriever_of_an_older_version_tells_no_sources(composed, with_sources):
    assert signatures.SOURCES not in composed.signature_defs[signatures.SEARCH].outputs
    assert set(with_sources.signature_defs[signatures.SEARCH].outputs) == {"items", "scores", "sources"}


TIMES = {"apple": 1 / 4, "fig": 3.0, "banana": 1 / 2, "kiwi": 1.0, "plum": 1 / 2, "cranberry": 3 / 4}
"""By how much an item has been engaged with more than an average one: six in all."""


def compose_among_all(folder, popular_negatives, sources=None):
    """The ranker's odds of an item are its letters to 8."""
    shares = {item: times / 6 for item, times in TIMES.items()}
    retriever = save_retrieval_model(folder / "retriever", CATALOGUE, sources=sources, shares=shares)
    ranker = save_rank_model(folder / "ranker", letters_to_eight, letters_to_eight)
    save_composed_model(retriever, ranker, str(folder / "composed"), 4, popular_negatives)
    return contextlib.closing(Servable(str(folder / "composed")))


# Retrieved: apple, fig, banana, kiwi; in the search for plum, plum instead of kiwi.
AS_RANKED = [("banana", 6 / 8), ("apple", 5 / 8), ("kiwi", 4 / 8), ("fig", 3 / 8)]
AMONG_ALL = [("fig", 9 / 8), ("kiwi", 4 / 8), ("banana", 3 / 8), ("apple", 5 / 32)]
SEARCHED_AS_RANKED = [AS_RANKED[0], AS_RANKED[1], ("plum", 4 / 8), AS_RANKED[3]]
SEARCHED_AMONG_ALL = [("fig", 9 / 8), ("banana", 3 / 8), ("plum", 2 / 8), ("apple", 5 / 32)]


@pytest.mark.parametrize("sources", [None, SOURCES], ids=["an older retriever", "with sources"])
@pytest.mark.parametrize(
    ("popular_negatives", "feed", "searched"),
    [(False, AS_RANKED, SEARCHED_AS_RANKED), (True, AMONG_ALL, SEARCHED_AMONG_ALL)],
)
def test_after_popular_negatives_lists_multiply_an_item_s_odds_by_its_popularity(
    popular_negatives, feed, searched, sources, tmp_path
):
    with compose_among_all(tmp_path, popular_negatives, sources) as servable:
        for query, expected in ((None, feed), ("plum", searched)):
            (found,) = answered(servable, [4], query, seen=(("x",),))
            assert [item for item, _ in found] == [item for item, _ in expected]
            np.testing.assert_allclose([s / (1 - s) for _, s in found], [each for _, each in expected], rtol=1e-5)
        # `rank` does not.
        asked = request([1], "x") | {signatures.RANK_CANDIDATES: np.array([[b"fig", b"kiwi"]], object)}
        by_rank = servable.run(signatures.RANK, {name: asked[name] for name in signatures.RANK_INPUTS})
        np.testing.assert_allclose(by_rank[signatures.SCORES], [[3 / 11, 4 / 12]], rtol=1e-6)
        assert (signatures.ITEM_PRIOR in servable.signature_defs) == popular_negatives
        if popular_negatives:
            items = np.array([*(item.encode() for item in TIMES), b"never seen", b""], object)
            told = servable.run(signatures.ITEM_PRIOR, {signatures.ITEM_ID: items})[signatures.PRIOR]
            np.testing.assert_allclose(np.exp(told), [*TIMES.values(), 1, 1], rtol=1e-5)


def test_after_popular_negatives_too_the_most_popular_items_stay_as_they_are_and_padding_is_last(tmp_path):
    with compose_among_all(tmp_path, True, SOURCES) as servable:
        popular = [(item, CATALOGUE[item], "popularity") for item in ("apple", "fig", "banana")]
        assert told(servable, [3], seen=((),)) == [popular]
        ((found, padding),) = answered(servable, [2], category="f", seen=(("x",),))
        assert (found[0], padding) == ("fig", PADDING)


def test_a_retriever_that_holds_no_popularity_leaves_scores_as_they_are(tmp_path):
    retriever = save_retrieval_model(tmp_path / "retriever", CATALOGUE)
    ranker = save_rank_model(tmp_path / "ranker", letters_to_eight, letters_to_eight)
    save_composed_model(retriever, ranker, str(tmp_path / "composed"), 4, popular_negatives=True)
    with contextlib.closing(Servable(str(tmp_path / "composed"))) as servable:
        ((best, *_),) = answered(servable, [4])
        assert best == ("banana", pytest.approx(6 / 14))
        assert signatures.ITEM_PRIOR not in servable.signature_defs
