import contextlib

import numpy as np
import pytest
import tensorflow as tf

from components.retrieve_then_rank.composed_model import save_composed_model
from schemas import features, signatures
from schemas.canonical_event import Surface
from serving.local_server.models.servable import Servable
from tests.support.behaviour_examples import behaviour_example
from tests.support.exported_retriever import HISTORY, ITEMS, history_inputs, rank_inputs, texts, wanted
from tfx_pipeline.export.signatures.catalogue_ranks_signature import catalogue_ranks_signature


def ranks(servable, examples, output=signatures.RANKS):
    answer = servable.run(signatures.CATALOGUE_RANKS, {signatures.EXAMPLES: np.array(examples, object)})
    return answer[output].tolist()


@pytest.mark.parametrize(("surface", "query"), [(Surface.RECOMMENDATION, ""), (Surface.SEARCH, "red mug")])
def test_the_positive_is_ranked_among_all_items(servable, surface, query):
    scores = servable.run(signatures.RANK, rank_inputs([HISTORY], ["u1"], [query], ITEMS))[signatures.SCORES][0]
    expected = [1 + int(np.sum(scores > score)) for score in scores]
    # One negative, and the positive first or second: neither matters.
    examples = [
        behaviour_example(
            [item, "item-b"] if place % 2 else ["item-b", item], 1 - place % 2, surface, query, "u1", HISTORY
        )
        for place, item in enumerate(ITEMS)
        if item != "item-b"
    ]
    asked = [item for item in ITEMS if item != "item-b"]
    assert ranks(servable, examples) == [expected[ITEMS.index(item)] for item in asked]
    # Without the items of the history, except the positive itself.
    seen = {item for token in HISTORY for item in token.items} & set(ITEMS)
    assert seen
    for item, rank in zip(asked, ranks(servable, examples, signatures.UNSEEN_RANKS), strict=True):
        ahead = {other for other in seen - {item} if scores[ITEMS.index(other)] >= scores[ITEMS.index(item)]}
        assert rank == expected[ITEMS.index(item)] - len(ahead)


def test_where_another_model_orders_the_items_it_is_the_place_in_its_answer(
    exported, exported_unisar, servable, tmp_path
):
    """`served_ranks_test.py` has the numbers by hand, these are real models."""
    save_composed_model(exported.model_dir, exported_unisar.model_dir, str(tmp_path / "composed"), retrieved=5)
    asked = {**history_inputs([HISTORY], ["u1"]), signatures.RANK_QUERY: texts(["red mug"]), **wanted(1, 5)}
    items = [item for item in ITEMS if item != "item-b"]
    examples = [behaviour_example([item, "item-b"], 0, Surface.SEARCH, "red mug", "u1", HISTORY) for item in items]
    with contextlib.closing(Servable(str(tmp_path / "composed"))) as composed:
        vectors = ranks(servable, examples)
        assert ranks(composed, examples, signatures.VECTOR_RANKS) == vectors
        for output, exclude_seen in ((signatures.RANKS, False), (signatures.UNSEEN_RANKS, True)):
            told = {**asked, signatures.EXCLUDE_SEEN: np.array([exclude_seen])}
            answer = composed.run(signatures.SEARCH, told)[signatures.ITEMS][0].astype(str).tolist()
            found = dict(zip(items, ranks(composed, examples, output), strict=True))
            handed_over = [item for item in answer if item in items]
            assert handed_over and [found[item] for item in handed_over] == [1 + answer.index(i) for i in handed_over]
            seen = {item for token in HISTORY for item in token.items}
            assert all(found[item] > 5 for item in items if item not in answer and not (exclude_seen and item in seen))


def test_without_a_positive_that_the_model_knows_there_is_no_rank(servable):
    unknown = behaviour_example(["never-seen", "item-a"])
    none = behaviour_example(["item-a", "item-b"], positive=-1)
    unlabelled = tf.train.Example.FromString(none)
    unlabelled.features.feature.pop(features.LABELS)
    for output in (signatures.RANKS, signatures.UNSEEN_RANKS):
        assert ranks(servable, [unknown, none, unlabelled.SerializeToString()], output) == [0, 0, 0]


def test_several_positives_are_refused(servable):
    example = tf.train.Example.FromString(behaviour_example(["item-a", "item-b"]))
    example.features.feature[features.LABELS].float_list.value[:] = [1.0, 1.0]
    with pytest.raises(tf.errors.InvalidArgumentError, match="An example has at most one positive. Received by row:"):
        ranks(servable, [example.SerializeToString()])


def ranks_by_hand(logits, table, candidates, labels, history=None):
    """The ranks, and those without the history, where the Transform graph and the model are numbers already."""
    raw = {
        features.SURFACE: None,
        features.CANDIDATES: tf.constant(candidates),
        features.LABELS: tf.constant(labels, tf.float32),
        features.HISTORY_ITEMS: tf.constant(history or [[0]] * len(logits)),
    }

    class Transform:
        parse = staticmethod(lambda examples: raw)
        __call__ = staticmethod(
            lambda raw: {
                features.CANDIDATE_ITEMS: raw[features.CANDIDATES],
                features.CANDIDATE_LABELS: raw.get(features.LABELS),
            }
        )

    signature = catalogue_ranks_signature(lambda inputs: tf.constant(logits), Transform(), tf.constant(table))
    answer = signature(tf.constant([""] * len(logits)))
    return [answer[output].numpy().tolist() for output in (signatures.RANKS, signatures.UNSEEN_RANKS)]


def test_ties_count_against_the_positive_and_neither_padding_nor_the_unknown_count():
    # By index: padding, three items of score 2, one of 1, one of 3, the unknown.
    table = [[9.0], [2.0], [2.0], [2.0], [1.0], [3.0], [9.0]]
    # 3 and two equals stand before the first; everything before the second; nothing before the third.
    found = ranks_by_hand([[1.0]] * 3, table, candidates=[[2, 0], [4, 1], [1, 5]], labels=[[1, 0], [1, 0], [0, 1]])
    assert found == [[4, 5, 1]] * 2


def test_items_of_the_history_are_left_out_once_each_but_not_the_positive_itself():
    # By index: padding, scores 4, 3, 3, 2, 1, the unknown.
    table = [[9.0], [4.0], [3.0], [3.0], [2.0], [1.0], [9.0]]
    found = ranks_by_hand(
        [[1.0]] * 4,
        table,
        candidates=[[4], [4], [2], [4]],
        labels=[[1]] * 4,
        # The first one three times; one that ties and the positive; those behind, unknown ones and padding; nothing.
        history=[[1, 1, 1], [3, 1, 4], [4, 6, 0], [0, 0, 0]],
    )
    assert found[0] == [4, 4, 3, 4]
    assert found[1] == [3, 2, 3, 4]
    # Ties count against the positive, and so does leaving them out: items 2 and 3 are equal.
    assert ranks_by_hand([[1.0]], table, [[2]], [[1]], [[3, 2, 0]]) == [[3], [2]]


def test_a_score_that_is_no_number_is_last():
    table = [[0.0], [2.0], [1.0], [0.0]]
    assert ranks_by_hand([[np.nan], [1.0]], table, candidates=[[1], [1]], labels=[[1], [1]])[0] == [2, 1]
