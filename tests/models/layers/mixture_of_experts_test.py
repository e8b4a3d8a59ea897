import numpy as np
import pytest

from models.layers.mixture_of_experts import MixtureOfExperts
from tests.support.layer_case import TOKENS as CANDIDATES
from tests.support.layer_case import run_layer_test

CONTEXT = np.random.default_rng(0).normal(size=(2, 5)).astype("float32")


def experts(shared=2, own=1, **arguments):
    layer = MixtureOfExperts(6, shared, own, **arguments)
    layer.build((None, None, 4), (None, 5))
    return layer


@pytest.mark.parametrize(("gate_units", "weights"), [((), 10), ((7, 3), 18)])
def test_layer_contract(gate_units, weights):
    arguments = {"units": 6, "shared_experts": 2, "task_experts": 1, "dropout": 0.1, "gate_units": gate_units}
    inputs = {"candidates": CANDIDATES, "context": CONTEXT}
    # Kernel and bias of the shared experts, of each task's experts, and of each layer of each task's gate.
    run_layer_test(MixtureOfExperts, arguments, inputs, (2, 3, 6), trainable_weights=weights, fixed={"task": 1})


@pytest.mark.parametrize("task", [0, 1])
@pytest.mark.parametrize(("shared_experts", "gate_units"), [(2, ()), (2, (7,)), (2, (7, 2)), (1, ())])
def test_equals_each_expert_run_by_itself_on_candidate_and_context(task, shared_experts, gate_units):
    layer = experts(shared_experts, gate_units=gate_units)
    pairs = np.concatenate([CANDIDATES, np.repeat(CONTEXT[:, None], 3, axis=1)], axis=-1)

    def dense(weights, inputs=pairs):
        return inputs @ weights[0].numpy() + weights[1].numpy()

    shared = np.maximum(dense(layer.shared), 0)
    outputs = [np.maximum(dense(layer.own[task]), 0), *np.split(shared, shared_experts, axis=-1)]
    hidden = pairs
    for weights, units in zip(layer.gate_hidden[task], gate_units, strict=True):
        hidden = np.maximum(dense(weights, hidden), 0)
        assert hidden.shape[-1] == units
    gate = np.exp(dense(layer.gates[task], hidden))
    gate /= gate.sum(-1, keepdims=True)
    expected = sum(gate[..., [index]] * output for index, output in enumerate(outputs))
    np.testing.assert_allclose(layer(CANDIDATES, CONTEXT, task=task), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("shared", "own", "weights"), [(1, 0, 2), (0, 1, 4)])
def test_a_single_expert_has_no_gate(shared, own, weights):
    layer = experts(shared, own, gate_units=(7,))
    assert len(layer.trainable_weights) == weights
    same = np.array_equal(layer(CANDIDATES, CONTEXT, task=0), layer(CANDIDATES, CONTEXT, task=1))
    assert same == (shared == 1)


def test_refuses_no_experts():
    with pytest.raises(
        ValueError, match="A task needs at least one expert. Received: shared_experts=0, task_experts=0"
    ):
        MixtureOfExperts(6, 0, 0)


def test_shares_are_those_by_which_experts_are_mixed_own_ones_first():
    layer = experts(shared=2, own=1)
    assert layer.expert_names == ("own_1", "shared_1", "shared_2")
    shares = np.asarray(layer.shares(CANDIDATES, CONTEXT, 1))
    assert shares.shape == (2, 3, 3)
    np.testing.assert_allclose(shares.sum(axis=-1), 1, rtol=1e-5)
    # All for the expert of the task itself: what comes out is this expert alone.
    kernel, bias = layer.gates[1]
    kernel.assign(np.zeros(kernel.shape))
    bias.assign([60.0, 0.0, 0.0])
    np.testing.assert_allclose(np.asarray(layer.shares(CANDIDATES, CONTEXT, 1)), [[[1, 0, 0]] * 3] * 2, atol=1e-6)
    own_kernel, own_bias = (each.numpy() for each in layer.own[1])
    pairs = np.concatenate([CANDIDATES, np.repeat(CONTEXT[:, None], 3, axis=1)], axis=-1)
    np.testing.assert_allclose(
        np.asarray(layer(CANDIDATES, CONTEXT, task=1)),
        np.maximum(pairs @ own_kernel + own_bias, 0),
        rtol=1e-4,
        atol=1e-5,
    )
