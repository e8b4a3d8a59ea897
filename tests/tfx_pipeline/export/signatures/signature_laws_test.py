"""What holds for every signature of the catalogue; the files beside this one test what is special for each.

A new signature needs no line here, unless it has an input of a new name.
"""

import numpy as np
import pytest
import tensorflow as tf

from schemas import signatures
from schemas.canonical_event import Surface, Token
from schemas.signature_catalogue import SIGNATURES, OfferedBy
from tests.support.exported_retriever import ITEMS, REQUEST, behaviour_example, history_inputs

HISTORIES = (signatures.RANK_HISTORY_SURFACES, signatures.RANK_HISTORY_QUERIES, signatures.RANK_HISTORY_ITEMS)
CLICKS = [Token(Surface.RECOMMENDATION, (item,)) for item in ITEMS]
KEPT = (
    CLICKS[1],
    Token(Surface.SEARCH, (ITEMS[5],), "red mug"),
    CLICKS[2],
    CLICKS[3],
    Token(Surface.SEARCH, (ITEMS[6], ITEMS[2]), "lamp"),
)
"""As many clicks and searches as the models keep."""
OLDER = (
    *CLICKS[:3],
    Token(Surface.SEARCH, (), "blue"),
    CLICKS[7],
    Token(Surface.SEARCH, (ITEMS[4],), "mug"),
    CLICKS[6],
)
OF_ONE_MODEL = [name for name, row in SIGNATURES.items() if row.offered_by is not OfferedBy.WITH_ITEM_PRIORS]
"""A prior is made where two models become one: `tests/components/retrieve_then_rank/item_prior_test.py`."""
WITH_HISTORY = [name for name, row in SIGNATURES.items() if set(HISTORIES) <= {each.name for each in row.inputs}]


def cut(wider, shape):
    """The corner of this shape, once it is sure that nothing but padding lies beyond it."""
    corner = tuple(slice(size) for size in shape)
    beyond = np.ones(wider.shape, bool)
    beyond[corner] = False
    assert not wider[beyond].astype(bool).any()
    return wider[corner]


def assert_same(answer, expected):
    """The same answer, be it with more padding."""
    assert set(answer) == set(expected)
    for name, value in expected.items():
        own = cut(answer[name], value.shape)
        if value.dtype == np.float32:
            np.testing.assert_allclose(own, value, atol=1e-6)
        else:
            assert own.tolist() == value.tolist()


@pytest.mark.parametrize("name", OF_ONE_MODEL)
def test_inputs_and_outputs_are_those_of_the_catalogue(export_with, name):
    """By name, type and number of axes."""

    def declared(tensors):
        return {key: (tf.as_dtype(each.dtype).name, len(each.tensor_shape.dim)) for key, each in tensors.items()}

    def due(shapes):
        return {each.name: (each.dtype, len(each.axes)) for each in shapes}

    saved, row = export_with(name).signature_defs[name], SIGNATURES[name]
    assert declared(saved.inputs) == due(row.inputs)
    outputs = declared(saved.outputs)
    # A model that reads queries divides histories in two ways, and says both.
    further = {signatures.QUERY_WINDOWS, signatures.QUERY_SHARES} if name == signatures.SESSIONS else set()
    assert {key: outputs[key] for key in outputs.keys() - further} == due(row.outputs + row.newer_outputs)


@pytest.mark.parametrize("name", OF_ONE_MODEL)
def test_answers_are_of_the_declared_types_and_finite(ask, export_with, name):
    answer = ask(name)
    for each in SIGNATURES[name].outputs + SIGNATURES[name].newer_outputs:
        value, declared = answer[each.name], export_with(name).signature_defs[name].outputs[each.name]
        assert value.dtype == tf.as_dtype(declared.dtype).as_numpy_dtype
        assert len(value) == 3 and (value.dtype == object or np.isfinite(value).all())
        if each.axes[-1] == "dim":  # How wide vectors are is known beforehand.
            assert declared.tensor_shape.dim[-1].size == value.shape[-1]


@pytest.mark.parametrize("name", OF_ONE_MODEL)
def test_a_row_is_answered_as_it_is_alone(ask, name):
    together = ask(name)
    for row in range(3):
        alone = ask(name, **{key: value[row : row + 1] for key, value in REQUEST.items()})
        assert_same({key: value[row : row + 1] for key, value in together.items()}, alone)


@pytest.mark.parametrize("name", OF_ONE_MODEL)
def test_no_row_is_no_answer(ask, name):
    shapes = [value.shape for value in ask(name, **{key: value[:0] for key, value in REQUEST.items()}).values()]
    assert [shape[0] for shape in shapes] == [0] * len(shapes)


@pytest.mark.parametrize("name", OF_ONE_MODEL)
def test_more_padding_changes_nothing(ask, name):
    wider = {
        key: np.pad(value, [(0, 0)] + [(0, 2)] * (value.ndim - 1), constant_values=b"")
        for key, value in REQUEST.items()
        if value.ndim > 1
    }
    assert_same(ask(name, **wider), ask(name))


@pytest.mark.parametrize("name", [signatures.SERVING_DEFAULT, *WITH_HISTORY])
@pytest.mark.parametrize("older", [OLDER[-1:], OLDER, OLDER * 30], ids=len)
def test_events_older_than_those_that_training_kept_change_nothing(ask, name, older):
    """Clients send what they know of a user; examples of training never hold more than the models keep."""

    def answers(*histories):
        examples = [behaviour_example(["item-a", "item-h", "never-seen"], history=each) for each in histories]
        return ask(
            name,
            **history_inputs(histories, ["u1"] * 3),
            **{signatures.EXCLUDE_SEEN: np.zeros([3], bool), signatures.EXAMPLES: np.array(examples, object)},
        )

    answer, expected = answers((*older, *KEPT), KEPT, ()), answers(KEPT, KEPT, ())
    if name == signatures.EXPLAIN:
        told = answer[signatures.HISTORY_WEIGHTS]
        assert not told[0, :, : len(older)].any() and told[0].any()
        told[0] = np.roll(told[0], -len(older), axis=-1)
    if name == signatures.SESSIONS:
        tokens = answer[signatures.SESSION_TOKENS]
        tokens[0] = np.where(tokens[0] < 0, -1, tokens[0] - len(older))
    assert_same(answer, expected)


@pytest.mark.parametrize("name", WITH_HISTORY)
def test_no_place_for_a_history_is_an_empty_one(ask, name):
    padding = {key: np.full_like(REQUEST[key], b"") for key in HISTORIES}
    assert_same(ask(name, **padding), ask(name, **{key: value[:, :0] for key, value in padding.items()}))
