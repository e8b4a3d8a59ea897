"""Fifty steps of the papers' own code and of ours lead the same way, from the same weights, on the same batches.

`record_training.py` has recorded theirs with PyTorch. Dropout is off, and the negatives are those of the fixture.
"""

import json
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from models.optimizers.noam import Noam
from models.optimizers.torch_adam import TorchAdam
from models.unifiedssr.reference import unifiedssr_weights
from models.unisar.reference import unisar_weights
from tests.parity import unifiedssr_outputs, unisar_outputs
from tests.parity.training_start import NOTED, compared, start_weights

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
BATCHES = 2
RELATIVE_LOSS = 1e-3
EACH_APART, ALL_APART = 1e-3, 0.1
"""How far a parameter may be from the reference's after the first noted step, and all parameters together after the
last: the root of the mean square, as a share of the way that they have come. UniSAR's rounding grows from the 22nd step
on, where a unit of a ReLU is on in one and off in the other, by how much depends on the processor; UnifiedSSR stays
below 1e-4."""
KEYS = ("in_proj_bias", "linears.1.bias")
"""With biases of attention's keys: these move no output, so that their gradient is rounding alone."""
SHARE = "next_product_search_w"
"""Is set back to 0.1 or 0.9 before the reference uses it, and after each step in ours."""

FIRST_NUMBER = 1000
Arrays = dict[str, np.ndarray]


def unisar(fixture: Arrays, weights: Arrays) -> tuple[keras.Model, Callable, keras.optimizers.Optimizer, Callable]:
    config = json.loads(str(fixture["config"]))
    batches = [batch_of(fixture, place, ("rec", "src")) for place in range(BATCHES)]
    model = unisar_outputs.build(batches[0], weights)

    def loss(place):
        batch = batches[place]
        recommendation, search = (unisar_outputs.task_outputs(model, batch, task) for task in ("rec", "src"))
        return recommendation["total_loss"] + config["src_loss_weight"] * search["total_loss"]

    optimizer = TorchAdam(config["lr"], l2=config["l2"])
    return model, loss, optimizer, lambda made, values: unisar_weights.load(made, values, config)


def unifiedssr(fixture: Arrays, weights: Arrays) -> tuple[keras.Model, Callable, keras.optimizers.Optimizer, Callable]:
    config = json.loads(str(fixture["config"]))
    batches = [batch_of(fixture, place, ("recommendation", "search")) for place in range(BATCHES)]
    model = unifiedssr_outputs.build(batches[0], weights)
    surfaces = {surface.value: surface for surface in unifiedssr_outputs.Surface}

    def loss(place):
        surface = surfaces[("search", "recommendation")[place]]
        parts = unifiedssr_outputs.losses(model, batches[place], surface)
        return parts["out_loss"] + config["corr_factor"] * parts["corr_loss"]

    rate = Noam(config["emb_size"], config["factor"], config["warmup"])
    return model, loss, TorchAdam(rate, beta_2=0.98, epsilon=1e-9), unifiedssr_weights.load


def batch_of(fixture: Arrays, place: int, tasks: tuple[str, ...]) -> Arrays:
    """A batch of a fixture as `tests.parity` names one that has no other."""
    batch = {name: value for name, value in fixture.items() if name == "config" or name.startswith("tables/")}
    for name, value in fixture.items():
        number, _, rest = name.partition("/")
        task, _, feature = rest.partition("/")
        if number == f"batch_{place}" and task in tasks:
            batch[f"{task}/inputs/{feature}"] = value
    return batch


def trained(make: Callable, fixture: Arrays) -> tuple[list[float], Arrays, dict[int, Arrays]]:
    """Our losses; and by the reference's names the compared entries at the start and after the noted steps."""
    shapes = json.loads(str(fixture["shapes"]))
    start = start_weights(fixture, shapes)
    model, loss, optimizer, load = make(fixture, start)
    variables = model.trainable_variables
    optimizer.build(variables)

    @tf.function
    def take(place: int):  # Traced once for each batch.
        with tf.GradientTape() as tape:
            value = loss(place)
        # What a step does not use has a gradient of 0 there, not none: its moments go on.
        gradients = tape.gradient(value, [v.value for v in variables], unconnected_gradients="zero")
        optimizer.apply(gradients, variables)
        return value

    losses, noted = [], {}
    for step in range(1, NOTED[-1] + 1):
        losses.append(float(take((step - 1) % BATCHES)))
        if step in NOTED:
            noted[step] = [variable.numpy() for variable in variables]
    # Where each entry of ours comes from is found by loading numbers of the entries in place of their values. A weight
    # that the reference lacks keeps its values, which are smaller than the first number.
    sizes = [int(np.prod(shape)) for shape in shapes.values()]
    parts = np.split(np.arange(sum(sizes)) + FIRST_NUMBER, np.cumsum(sizes)[:-1])
    numbers = {name: part.reshape(shapes[name]) for name, part in zip(shapes, parts, strict=True)}
    load(model, {name: part.astype("float32") for name, part in numbers.items()})
    places = [variable.numpy().astype(int) for variable in variables]
    found = {}
    for step, values in noted.items():
        flat = np.full(sum(sizes) + FIRST_NUMBER, np.nan)
        for place, value in zip(places, values, strict=True):
            flat[place] = value
        found[step] = {name: compared(flat[part]) for name, part in numbers.items()}
    return losses, {name: compared(start[name]) for name in shapes}, found


def golden(name: str) -> Arrays:
    with np.load(GOLDEN / f"training_{name}.npz") as arrays:
        return {each: arrays[each] for each in arrays.files}


@pytest.mark.parametrize("make", [unisar, unifiedssr], ids=lambda make: make.__name__)
def test_fifty_steps_lead_where_the_reference_goes(make):
    fixture = golden(make.__name__)
    losses, start, ours = trained(make, fixture)
    np.testing.assert_allclose(losses, fixture["losses"], rtol=RELATIVE_LOSS)
    assert fixture["losses"][-1] < 0.8 * fixture["losses"][0], "fifty steps that change nothing show nothing"
    names = [name for name in start if f"after_{NOTED[-1]}/{name}" in fixture and not name.endswith(KEYS)]
    assert len(names) > 25
    way, apart = {}, {}
    for step in NOTED:
        for name in names:
            theirs = fixture[f"after_{step}/{name}"].reshape(-1)
            theirs = np.clip(theirs, 0.1, 0.9) if name == SHARE else theirs
            way[step, name] = np.linalg.norm(theirs - start[name])
            apart[step, name] = np.linalg.norm(theirs - ours[step][name])
    first, last = NOTED
    shares = {name: apart[first, name] / way[first, name] for name in names}
    assert not {name: share for name, share in shares.items() if not share <= EACH_APART}
    all_apart, all_way = (np.linalg.norm([lengths[last, name] for name in names]) for lengths in (apart, way))
    assert all_apart / all_way < ALL_APART
