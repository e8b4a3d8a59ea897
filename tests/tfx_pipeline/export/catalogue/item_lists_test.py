"""How many items the signatures answer that answer items, by real exports."""

import numpy as np
import pytest
import tensorflow as tf

from schemas import signatures
from schemas.signature_catalogue import SIGNATURES
from tests.support.exported_retriever import ITEMS, texts, wanted

EVERYTHING = wanted(rows=3, k=20) | {signatures.ITEM_ID: texts(["item-a"] * 3)}

pytestmark = pytest.mark.parametrize(
    "name", [name for name, row in SIGNATURES.items() if signatures.ITEMS in {each.name for each in row.outputs}]
)


def test_each_row_gets_as_many_as_it_asks_for(ask, name):
    answer = ask(name, **EVERYTHING | {signatures.K: np.array([2, 4, 1], np.int32)})
    given = answer[signatures.ITEMS] != b""
    assert given.sum(axis=1).tolist() == [2, 4, 1] and given.shape == (3, 4)
    assert np.array_equal(answer[signatures.SCORES] != 0, given)


def test_no_more_than_there_are_each_once_the_best_first(ask, name):
    answer = ask(name, **EVERYTHING)
    # Neither padding nor the unknown is an item, and no item is similar to itself.
    there = ITEMS[1:] if name == signatures.SIMILAR_ITEMS else ITEMS
    for items, scores in zip(answer[signatures.ITEMS], answer[signatures.SCORES], strict=True):
        assert sorted(items[: len(there)].tolist()) == texts(there).tolist()
        assert set(items[len(there) :]) == {b""} and not scores[len(there) :].any()
        assert (np.diff(scores[: len(there)]) <= 0).all()


@pytest.mark.parametrize("k", [0, -1, 10_001])
def test_a_number_that_cannot_be_meant_is_refused(ask, name, k):
    with pytest.raises(tf.errors.InvalidArgumentError, match="`k` should be from 1 to 10000. Received:"):
        ask(name, k=np.array([3, k, 3], np.int32))
