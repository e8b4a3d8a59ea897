"""What our UniSAR computes for a parity fixture, by the names that the fixture uses."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from keras import ops

from models.losses.click_loss import click_loss
from models.unisar.reference import unisar_weights
from models.unisar.unisar_embedding import EmbeddingModule
from models.unisar.unisar_model import UniSAR
from schemas import features
from schemas.canonical_event import Surface

SURFACES = {"rec": Surface.RECOMMENDATION, "src": Surface.SEARCH}
RECOMMENDATION_TOKEN, SEARCH_TOKEN = 1, 2


def build(fixture: Mapping[str, np.ndarray], weights: Mapping[str, np.ndarray]) -> UniSAR:
    """A model with the fixture's sizes, weights and attributes."""
    settings = json.loads(str(fixture["config"]))
    model = UniSAR(*unisar_weights.configuration(settings))
    model.build()
    unisar_weights.load(model, weights, settings)
    model.set_item_attributes(
        {each.name: fixture[f"tables/item/{each.name}"] for each in model.vocabulary.item_attributes}
    )
    model.set_user_attributes(
        {each.name: fixture[f"tables/user/{each.name}"] for each in model.vocabulary.user_attributes}
    )
    return model


def inputs(fixture: Mapping[str, np.ndarray], task: str) -> dict[str, np.ndarray]:
    """The fixture's merged histories as our inputs: the kinds apart, each token with its place in the merged one."""
    given = {
        name: fixture[f"{task}/inputs/{name}"] for name in ("user", "all_his", "all_his_type", "item", "neg_items")
    }
    ids = {}
    places = {}
    for kind in (RECOMMENDATION_TOKEN, SEARCH_TOKEN):
        places[kind] = np.stack([np.flatnonzero(row == kind) for row in given["all_his_type"]])
        ids[kind] = np.take_along_axis(given["all_his"], places[kind], axis=1)
    words = fixture["tables/session/keyword"]
    rows = len(given["user"])
    batch = {
        features.USER: given["user"],
        features.SURFACE_INDEX: np.full(rows, SURFACES[task].model_index),
        features.QUERY_WORDS: fixture["src/inputs/query"] if task == "src" else np.zeros((rows, words.shape[1])),
        features.CANDIDATE_ITEMS: np.concatenate([given["item"][:, None], given["neg_items"]], axis=1),
        features.RECOMMENDATION_ITEMS: ids[RECOMMENDATION_TOKEN],
        features.RECOMMENDATION_POSITIONS: places[RECOMMENDATION_TOKEN],
        features.SEARCH_WORDS: words[ids[SEARCH_TOKEN]],
        features.SEARCH_ITEMS: fixture["tables/session/pos_items"][ids[SEARCH_TOKEN]],
        features.SEARCH_POSITIONS: places[SEARCH_TOKEN],
        features.SEARCH_KINDS: ids[SEARCH_TOKEN] != 0,
    }
    return {name: np.asarray(value).astype("int32") for name, value in batch.items()}


def outputs(fixture: Mapping[str, np.ndarray], weights: Mapping[str, np.ndarray]) -> Iterator[tuple[str, np.ndarray]]:
    """Pairs of an output's name in the fixture and what our model computes."""
    model = build(fixture, weights)
    for task in SURFACES:
        if f"{task}/inputs/user" not in fixture:
            continue
        for name, value in task_outputs(model, fixture, task).items():
            yield f"{task}/outputs/{name}", ops.convert_to_numpy(value)


def task_outputs(model: UniSAR, fixture: Mapping[str, np.ndarray], task: str) -> dict[str, Any]:
    """All outputs of one task by their names in the fixture."""
    batch = inputs(fixture, task)
    history = {name: batch[name] for name in EmbeddingModule.HISTORY_FEATURES}
    tokens = model.embedding(history)
    transitions = model.extraction(tokens)
    logits = model(batch)
    labels = np.zeros(logits.shape, "float32")
    labels[:, 0] = 1
    values = {
        "s2r": transitions.search_to_recommendation,
        "r2r": transitions.recommendation_to_recommendation,
        "rec_padding": ops.logical_not(tokens.recommendation_mask),
        "r2s": transitions.recommendation_to_search,
        "s2s": transitions.search_to_search,
        "src_padding": ops.logical_not(tokens.search_mask),
        "candidate_embedding": model.embedding.items(batch[features.CANDIDATE_ITEMS]),
        "scores": ops.sigmoid(logits),
        "click_loss": click_loss(labels, logits, batch[features.CANDIDATE_ITEMS] != features.PADDING),
    }
    if model.contrasts.query_item is not None:
        values["q_i_cl_loss"] = _query_item_loss(model, tokens, fixture, task)
    if model.contrasts.recommendation_alignment is not None:
        values["his_cl_loss"] = model.contrasts.alignment_loss(tokens, transitions)
    config = model.config
    values["total_loss"] = (
        values["click_loss"]
        + config.query_item_weight * values.get("q_i_cl_loss", 0.0)
        + config.history_alignment_weight * values.get("his_cl_loss", 0.0)
    )
    return values


def _query_item_loss(model: UniSAR, tokens, fixture: Mapping[str, np.ndarray], task: str):
    """The contrast of all pairs in the histories against the negatives that the fixture gives."""
    queries = ops.broadcast_to(ops.expand_dims(tokens.queries, 2), tokens.clicked.shape)
    width = tokens.clicked.shape[-1]
    return model.contrasts.query_item(
        ops.reshape(queries, (-1, width)),
        ops.reshape(tokens.clicked, (-1, width)),
        ops.reshape(tokens.clicked_mask, (-1,)),
        model.embedding.items(fixture[f"{task}/inputs/align_neg_item"].astype("int32")),
        model.embedding.texts(fixture[f"{task}/inputs/align_neg_query"].astype("int32")),
    )
