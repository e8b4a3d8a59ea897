"""The composed model, run in a v1 Session as TF Serving runs it, against both steps done by hand."""

import numpy as np
import pytest
import tensorflow as tf

from components.retrieve_then_rank.composed_model import save_composed_model
from schemas import signatures
from serving.local_server.models.servable import Servable
from tests.support.explained_models import explain_by_first_letters
from tests.support.rank_models import RANK_SPECIFICATION, save_rank_model
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
    names = list(CATALOGUE)
    module.lengths = tf.lookup.StaticHashTable(
        tf.lookup.KeyValueTensorInitializer(names, [float(len(name)) for name in names]), 0.0
    )

    def half_the_letters(candidates):
        return module.factor * module.lengths.lookup(candidates)

    retriever = save_retrieval_model(folder / "retriever", CATALOGUE)
    ranker = save_rank_model(folder / "ranker", half_the_letters, half_the_letters, module)
    save_composed_model(retriever, ranker, str(folder / "composed"), retrieved=4)
    servable = Servable(str(folder / "composed"))
    yield servable
    servable.close()


def request(k, query=None, seen=((),), exclude_seen=None, category=""):
    """A row for each entry of `k`; `seen` holds the items of each row's history."""
    rows = len(k)
    seen = [*seen, *[()] * (rows - len(seen))]
    tokens = max(1, *(len(row) for row in seen))
    items = np.full([rows, tokens, 1], b"", object)
    surfaces = np.full([rows, tokens], b"", object)
    for row, names in enumerate(seen):
        for place, name in enumerate(names):
            items[row, place, 0], surfaces[row, place] = name.encode(), b"recommendation"
    inputs = {
        signatures.RANK_USER_ID: np.array([b"7"] * rows, object),
        signatures.RANK_HISTORY_SURFACES: surfaces,
        signatures.RANK_HISTORY_QUERIES: np.full([rows, tokens], b"", object),
        signatures.RANK_HISTORY_ITEMS: items,
        signatures.K: np.array(k, np.int32),
        signatures.EXCLUDE_SEEN: np.array(exclude_seen or [False] * rows),
        signatures.CATEGORY: np.array([[category.encode()]] * rows, object),
    }
    return inputs if query is None else inputs | {signatures.RANK_QUERY: np.array([query.encode()] * rows, object)}


def listed(outputs):
    """Each row's items and scores, as pairs."""
    return [
        [(item.decode(), float(score)) for item, score in zip(items, scores, strict=True)]
        for items, scores in zip(outputs[signatures.ITEMS], outputs[signatures.SCORES], strict=True)
    ]


def test_the_rankers_order_of_what_was_retrieved(composed):
    # Retrieved: apple, fig, banana, kiwi. The longest name of all, cranberry, never reaches the ranker.
    answer = composed.run(signatures.RECOMMEND, request([3]))
    assert listed(answer) == [[("banana", 3.0), ("apple", 2.5), ("kiwi", 2.0)]]
    assert answer[signatures.ITEMS].shape == (1, 3)
    assert answer[signatures.SCORES].dtype == np.float32


def test_a_search_retrieves_for_its_query(composed):
    assert listed(composed.run(signatures.SEARCH, request([2], "cranberry"))) == [[("cranberry", 4.5), ("banana", 3.0)]]


def test_who_asks_for_more_than_is_retrieved_gets_more(composed):
    answer = composed.run(signatures.RECOMMEND, request([5]))
    assert [item for item, _ in listed(answer)[0]] == ["banana", "apple", "kiwi", "plum", "fig"]


def test_equal_scores_keep_the_retrievers_order(composed):
    # Kiwi and plum have four letters each.
    items = [item for item, _ in listed(composed.run(signatures.RECOMMEND, request([5])))[0]]
    assert items.index("kiwi") < items.index("plum")
    searched = [item for item, _ in listed(composed.run(signatures.SEARCH, request([5], "plum")))[0]]
    assert searched.index("plum") < searched.index("kiwi")


def test_each_row_gets_its_own_number_and_the_rest_is_padding(composed):
    answer = listed(composed.run(signatures.RECOMMEND, request([1, 8])))
    assert answer[0] == [("banana", 3.0)] + [("", 0.0)] * 7
    assert [item for item, _ in answer[1]] == ["cranberry", "banana", "apple", "kiwi", "plum", "fig", "", ""]
    assert answer[1][6:] == [("", 0.0)] * 2


def test_a_row_does_not_see_the_others(composed):
    together = listed(composed.run(signatures.RECOMMEND, request([2, 6])))
    assert together[0][:2] == listed(composed.run(signatures.RECOMMEND, request([2])))[0]
    assert together[1] == listed(composed.run(signatures.RECOMMEND, request([6])))[0]


def test_a_batch_without_rows(composed):
    nobody = {name: values[:0] for name, values in request([1]).items()}
    answer = composed.run(signatures.RECOMMEND, nobody)
    assert answer[signatures.ITEMS].shape == answer[signatures.SCORES].shape == (0, 0)


def test_what_was_seen_is_left_out_where_a_row_says_so(composed):
    seen = [("banana", "fig"), ("banana", "fig")]
    answer = listed(composed.run(signatures.RECOMMEND, request([2, 2], seen=seen, exclude_seen=[True, False])))
    # Without banana and fig, plum and cranberry are among the four that are retrieved.
    assert answer == [[("cranberry", 4.5), ("apple", 2.5)], [("banana", 3.0), ("apple", 2.5)]]


def test_a_category_is_retrieved_and_ranked(composed):
    # The categories of the retriever are first letters.
    assert listed(composed.run(signatures.RECOMMEND, request([2], category="f"))) == [[("fig", 1.5), ("", 0.0)]]


def test_the_rankers_own_signatures_stay_as_they_are(composed):
    candidates = np.array([[b"kiwi", b"cranberry"]], object)
    inputs = {
        name: value
        for name, value in (request([1], "x") | {signatures.RANK_CANDIDATES: candidates}).items()
        if name in signatures.RANK_INPUTS
    }
    assert composed.run(signatures.RANK, inputs)[signatures.SCORES].tolist() == [[2.0, 4.5]]
    names = {name for name in composed.signature_defs if not name.startswith("__")}
    assert names == {signatures.SERVING_DEFAULT, signatures.RANK, signatures.RECOMMEND, signatures.SEARCH}


def test_the_inputs_are_those_that_the_contract_names(composed):
    recommend = {*signatures.RANK_INPUTS, signatures.K, signatures.EXCLUDE_SEEN, signatures.CATEGORY}
    recommend -= {signatures.RANK_CANDIDATES, signatures.RANK_QUERY}
    assert set(composed.signature_defs[signatures.RECOMMEND].inputs) == recommend
    assert set(composed.signature_defs[signatures.SEARCH].inputs) == recommend | {signatures.RANK_QUERY}


@pytest.mark.parametrize("k", [[0], [3, -1], [10_001]])
def test_a_number_of_items_that_makes_no_sense_is_refused(composed, k):
    with pytest.raises(tf.errors.InvalidArgumentError, match="`k` should be from 1 to 10000. Received:"):
        composed.run(signatures.RECOMMEND, request(k))


def test_padding_stays_last_whatever_the_ranker_thinks_of_it(tmp_path):
    def loathes_all_but_padding(candidates):
        return -tf.cast(tf.strings.length(candidates), tf.float32)

    retriever = save_retrieval_model(tmp_path / "retriever", {"ab": 2.0, "a": 1.0})
    ranker = save_rank_model(tmp_path / "ranker", loathes_all_but_padding, loathes_all_but_padding)
    save_composed_model(retriever, ranker, str(tmp_path / "composed"), retrieved=9)
    answer = listed(Servable(str(tmp_path / "composed")).run(signatures.RECOMMEND, request([3])))
    assert answer == [[("a", -1.0), ("ab", -2.0), ("", 0.0)]]


def test_what_either_wants_to_know_is_asked_for(tmp_path):
    """The retriever wants the device, the ranker the moment: of two candidates it likes the longer one by day only."""

    @tf.function
    def rank(**given):
        letters = tf.cast(tf.strings.length(given[signatures.RANK_CANDIDATES]), tf.float32)
        sign = tf.where(given[signatures.RANK_TIMESTAMP_MS] >= 0, 1.0, -1.0)
        return {signatures.SCORES: sign[:, tf.newaxis] * letters}

    moment = tf.TensorSpec([None], tf.int64, signatures.RANK_TIMESTAMP_MS)
    wanted = RANK_SPECIFICATION | {signatures.RANK_TIMESTAMP_MS: moment}
    of_rank = rank.get_concrete_function(**wanted)
    tf.saved_model.save(
        tf.Module(),
        str(tmp_path / "ranker"),
        signatures={signatures.RANK: of_rank, signatures.SERVING_DEFAULT: of_rank},
    )
    retriever = save_retrieval_model(tmp_path / "retriever", CATALOGUE, context={"device": tf.string})
    save_composed_model(retriever, str(tmp_path / "ranker"), str(tmp_path / "composed"), retrieved=2)
    servable = Servable(str(tmp_path / "composed"))
    device = {"device": np.array([b"phone"] * 2, object)}
    asked = request([1, 1]) | device | {signatures.RANK_TIMESTAMP_MS: np.array([5, -1], np.int64)}
    assert listed(servable.run(signatures.RECOMMEND, asked)) == [[("apple", 5.0)], [("fig", -3.0)]]
    assert set(servable.signature_defs[signatures.SEARCH].inputs) == {*asked, signatures.RANK_QUERY}


def test_further_signatures_of_the_retriever_are_kept(tmp_path):
    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, signatures.EXAMPLES)])
    def catalogue_ranks(examples):
        return {signatures.RANKS: tf.cast(tf.strings.length(examples), tf.int64)}

    further = {signatures.CATALOGUE_RANKS: catalogue_ranks.get_concrete_function(), **vector_signatures(CATALOGUE)}
    retriever = save_retrieval_model(tmp_path / "retriever", CATALOGUE, further=further)
    ranker = save_rank_model(tmp_path / "ranker")
    save_composed_model(retriever, ranker, str(tmp_path / "composed"), retrieved=2)
    servable = Servable(str(tmp_path / "composed"))
    answer = servable.run(signatures.CATALOGUE_RANKS, {signatures.EXAMPLES: np.array([b"abc"], object)})
    assert answer[signatures.RANKS].tolist() == [3]
    assert set(further) < set(servable.signature_defs)
    asked = {signatures.ITEM_ID: np.array([b"apple"], object), signatures.K: np.array([1], np.int32)}
    assert listed(servable.run(signatures.SIMILAR_ITEMS, asked)) == [[("fig", 0.875)]]


def test_what_explains_is_the_ranker(tmp_path):
    both = {signatures.EXPLAIN: explain_by_first_letters()}
    retriever = save_retrieval_model(tmp_path / "retriever", CATALOGUE, further=both)
    ranker = save_rank_model(tmp_path / "ranker", further=both)
    save_composed_model(retriever, ranker, str(tmp_path / "composed"), retrieved=2)
    servable = Servable(str(tmp_path / "composed"))
    asked = {name: each for name, each in request([1], "", [("fig", "kiwi")]).items() if name in signatures.RANK_INPUTS}
    answer = servable.run(signatures.EXPLAIN, asked | {signatures.RANK_CANDIDATES: np.array([[b"kumquat"]], object)})
    np.testing.assert_allclose(answer[signatures.HISTORY_WEIGHTS], [[[0.25, 0.75]]])
    silent = save_rank_model(tmp_path / "silent")
    save_composed_model(retriever, silent, str(tmp_path / "other"), retrieved=2)
    assert signatures.EXPLAIN not in Servable(str(tmp_path / "other")).signature_defs


def test_a_model_without_its_signatures_is_refused(tmp_path):
    retriever = save_retrieval_model(tmp_path / "retriever", CATALOGUE)
    ranker = save_rank_model(tmp_path / "ranker")
    half = save_retrieval_model(tmp_path / "half", CATALOGUE, left_out=[signatures.SEARCH])
    message = r"The retriever needs the signatures .* and lacks \['search'\]. It has \['rank', 'recommend'\]: /"
    with pytest.raises(ValueError, match=message):
        save_composed_model(half, ranker, str(tmp_path / "composed"), retrieved=2)
    with pytest.raises(ValueError, match=r"The ranker needs .* and lacks \['serving_default'\]. It has .*: /"):
        save_composed_model(retriever, retriever, str(tmp_path / "composed"), retrieved=2)


def test_networks_with_gradients_of_their_own_can_be_composed(tmp_path):
    """As those of `models` have: their gradients read what only training can give them."""
    module = tf.Module()
    module.factor = tf.Variable(0.5)

    def half_the_letters(candidates):
        factor = tf.identity(module.factor)

        @tf.custom_gradient
        def scaled(values):
            return factor * values, lambda upstream: factor * upstream

        lengths = tf.cast(tf.strings.length(candidates), tf.float32)
        return tf.cond(tf.size(lengths) > 0, lambda: scaled(lengths), lambda: lengths)

    retriever = save_retrieval_model(tmp_path / "retriever", CATALOGUE)
    ranker = save_rank_model(tmp_path / "ranker", half_the_letters, half_the_letters, module)
    save_composed_model(retriever, ranker, str(tmp_path / "composed"), retrieved=2)
    answer = Servable(str(tmp_path / "composed")).run(signatures.RECOMMEND, request([1]))
    assert listed(answer) == [[("apple", 2.5)]]


def test_inputs_of_one_name_and_two_meanings_are_refused(tmp_path):
    retriever = save_retrieval_model(tmp_path / "retriever", CATALOGUE, {signatures.RANK_TIMESTAMP_MS: tf.string})

    @tf.function
    def rank(**given):
        return {signatures.SCORES: tf.zeros(tf.shape(given[signatures.RANK_CANDIDATES]))}

    moment = tf.TensorSpec([None], tf.int64, signatures.RANK_TIMESTAMP_MS)
    saved = rank.get_concrete_function(**RANK_SPECIFICATION, **{signatures.RANK_TIMESTAMP_MS: moment})
    both = {signatures.RANK: saved, signatures.SERVING_DEFAULT: saved}
    tf.saved_model.save(tf.Module(), str(tmp_path / "ranker"), signatures=both)
    message = r"cannot share `\w+`: the retriever wants timestamp_ms as string \(None,\), the ranker as int64 \(None,\)"
    with pytest.raises(ValueError, match=message):
        save_composed_model(retriever, str(tmp_path / "ranker"), str(tmp_path / "composed"), retrieved=2)


@pytest.mark.parametrize("retrieved", [0, 10_001])
def test_a_number_of_retrieved_items_that_makes_no_sense_is_refused(tmp_path, retrieved):
    with pytest.raises(ValueError, match=f"`retrieved` should be from 1 to 10000. Received: retrieved={retrieved}"):
        save_composed_model("no", "matter", str(tmp_path / "composed"), retrieved)
