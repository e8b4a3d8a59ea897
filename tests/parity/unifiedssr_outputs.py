"""What our UnifiedSSR, with the reference's peculiarities, computes for a parity fixture, by the fixture's names."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from keras import ops

from models.unifiedssr.reference import unifiedssr_weights
from models.unifiedssr.reference.peculiarities import doubled_in_sessions
from models.unifiedssr.sequences import Sequences
from models.unifiedssr.unifiedssr_model import UnifiedSSR
from models.unifiedssr.unifiedssr_training import session_loss
from schemas.canonical_event import Surface
from schemas.features import PADDING

# What the fixture's configuration and the reference's arguments call the same.
ARGUMENTS = {
    "sessions": "sub_seq_num",
    "layers": "enc_num_layer",
    "heads": "num_head",
    "negatives": "train_num_neg",
}
SIZES = {"users": "user_vocab", "products": "product_vocab", "terms": "term_vocab"}
PADDING_INDEX = 1
Arrays = Mapping[str, np.ndarray]


def build(fixture: Arrays, weights: Arrays) -> UnifiedSSR:
    """A model with the fixture's sizes and weights."""
    given = json.loads(str(fixture["config"]))
    settings = {ARGUMENTS.get(name, name): value for name, value in given.items() if name not in SIZES}
    settings |= {argument: given[name] + PADDING_INDEX for name, argument in SIZES.items()}
    model = UnifiedSSR(*unifiedssr_weights.configuration(settings))
    model.build()
    unifiedssr_weights.load(model, weights)
    return model


def outputs(fixture: Arrays, weights: Arrays) -> Iterator[tuple[str, np.ndarray]]:
    """Pairs of an output's name in the fixture and what our model computes."""
    model = build(fixture, weights)
    for surface in Surface:
        task = surface.value
        if f"{task}/inputs/user" in fixture:
            for name, value in task_outputs(model, fixture, surface).items():
                yield f"{task}/outputs/{name}", ops.convert_to_numpy(value)


def sequences(fixture: Arrays, surface: Surface) -> Sequences:
    """The fixture's inputs as ours. Search's products stand one place late there."""

    def given(name: str) -> np.ndarray:
        return fixture[f"{surface.value}/inputs/{name}"].astype("int32")

    late = int(surface is Surface.SEARCH)
    products = given("products")[:, late:]
    return Sequences(
        users=given("user"),
        items=products[..., None],
        lengths=given("product_mask")[:, 0].sum(axis=-1).astype("int32"),
        queries=given("queries") if late else None,
    )


def task_outputs(model: UnifiedSSR, fixture: Arrays, surface: Surface) -> dict[str, Any]:
    """All outputs of one surface by their names in the fixture."""
    rows = sequences(fixture, surface)
    branches = model.encoder.encode(model.embedding, rows)
    divided = model.divide(branches, rows)
    last_index, candidates = (
        fixture[f"{surface.value}/inputs/{name}"].astype("int32") for name in ("last_index", "candidates")
    )
    values = losses(model, fixture, surface) | {"scores": scores(model, rows, branches, last_index, candidates)}
    if surface is Surface.RECOMMENDATION:
        return values | {
            "product_encoding": branches[0][:, 1:],
            "session_windows": divided[0].windows,
            "session_encoding": divided[0].encodings,
        }
    return values | {
        "product_encoding": branches[0],
        "query_encoding": branches[1],
        "product_session_windows": divided[0].windows,
        "query_session_windows": divided[1].windows,
    }


def losses(model: UnifiedSSR, fixture: Arrays, surface: Surface) -> dict[str, Any]:
    """The losses of one surface, against the negatives that the fixture gives. Position 0 predicts nothing there."""
    rows = sequences(fixture, surface)
    branches = model.encoder.encode(model.embedding, rows)
    divided = model.divide(branches, rows)
    target, negatives = (fixture[f"{surface.value}/inputs/{name}"].astype("int32") for name in ("target", "negatives"))
    target = np.pad(target * (rows.items[..., 0] != PADDING), ((0, 0), (1, 0)))[..., None]
    negatives = np.pad(negatives, ((0, 0), (1, 0), (0, 0)))
    positions = doubled_in_sessions(branches, divided)
    return {
        "corr_loss": session_loss(divided),
        "out_loss": model.binary_loss(positions, target, negatives, np.ones(negatives.shape, bool)),
    }


def scores(model: UnifiedSSR, rows: Sequences, branches, last_index, candidates):
    """Scores at the position that the fixture names, which in search counts the empty first position."""
    first = int(rows.queries is None)
    requests = model.request(rows._replace(lengths=last_index + first), branches)
    return ops.einsum("bd,bcd->bc", requests, model.embedding.items(candidates))
