import numpy as np
import pytest
import tensorflow as tf

from schemas import features, signatures
from schemas.canonical_event import Surface
from tests.support.behaviour_examples import behaviour_example
from tests.support.exported_retriever import HISTORY, ITEMS, rank_inputs
from tfx_pipeline.export.signatures.catalogue_ranks_signature import catalogue_ranks_signature


def ranks(servable, examples):
    answer = servable.run(signatures.CATALOGUE_RANKS, {signatures.EXAMPLES: np.array(examples, object)})
    return answer[signatures.RANKS].tolist()


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
    del expected[ITEMS.index("item-b")]
    assert ranks(servable, examples) == expected


def test_without_a_positive_that_the_model_knows_there_is_no_rank(servable):
    unknown = behaviour_example(["never-seen", "item-a"])
    none = behaviour_example(["item-a", "item-b"], positive=-1)
    unlabelled = tf.train.Example.FromString(none)
    unlabelled.features.feature.pop(features.LABELS)
    assert ranks(servable, [unknown, none, unlabelled.SerializeToString()]) == [0, 0, 0]


def test_several_positives_are_refused(servable):
    example = tf.train.Example.FromString(behaviour_example(["item-a", "item-b"]))
    example.features.feature[features.LABELS].float_list.value[:] = [1.0, 1.0]
    with pytest.raises(tf.errors.InvalidArgumentError, match="An example has at most one positive. Received by row:"):
        ranks(servable, [example.SerializeToString()])


def ranks_by_hand(logits, table, candidates, labels):
    """The ranks where the Transform graph and the model are numbers that are there already."""
    inputs = {
        features.CANDIDATE_ITEMS: tf.constant(candidates),
        features.CANDIDATE_LABELS: tf.constant(labels, tf.float32),
    }

    class Transform:
        parse = staticmethod(lambda examples: examples)
        __call__ = staticmethod(lambda raw: inputs)

    signature = catalogue_ranks_signature(lambda inputs: tf.constant(logits), Transform(), tf.constant(table))
    return signature(tf.constant([""] * len(logits)))[signatures.RANKS].numpy().tolist()


def test_ties_count_against_the_positive_and_neither_padding_nor_the_unknown_count():
    # By index: padding, three items of score 2, one of 1, one of 3, the unknown.
    table = [[9.0], [2.0], [2.0], [2.0], [1.0], [3.0], [9.0]]
    # 3 and two equals stand before the first; everything before the second; nothing before the third.
    found = ranks_by_hand([[1.0]] * 3, table, candidates=[[2, 0], [4, 1], [1, 5]], labels=[[1, 0], [1, 0], [0, 1]])
    assert found == [4, 5, 1]


def test_a_score_that_is_no_number_is_last():
    table = [[0.0], [2.0], [1.0], [0.0]]
    assert ranks_by_hand([[np.nan], [1.0]], table, candidates=[[1], [1]], labels=[[1], [1]]) == [2, 1]
