"""Reads which signatures a SavedModel has, without loading it."""

import os

import tensorflow as tf
from google.protobuf.message import DecodeError
from tensorflow.core.protobuf import saved_model_pb2

from components.servability_gate.checks.scores import RefusedError
from components.servability_gate.requests.signature_inputs import SignatureDefs
from schemas.signature_catalogue import OfferedBy, names


def read_signature_defs(model_dir: str) -> SignatureDefs:
    """Reads the signatures, and checks which there are.

    Args:
        model_dir: The folder that holds `saved_model.pb`.

    Returns:
        The signatures by name.

    Raises:
        RefusedError: It is no SavedModel, lacks a signature, or has one that the gate cannot ask. No signature is
            served that was not tried.
    """
    try:
        with open(os.path.join(model_dir, tf.saved_model.SAVED_MODEL_FILENAME_PB), "rb") as file:
            saved = saved_model_pb2.SavedModel.FromString(file.read())
    except (OSError, DecodeError) as error:
        raise RefusedError(f"the folder holds no SavedModel: {error}") from error
    graphs = [graph for graph in saved.meta_graphs if tf.saved_model.SERVING in graph.meta_info_def.tags]
    if not graphs:
        raise RefusedError(f"the SavedModel has no graph with the tag `{tf.saved_model.SERVING}`")
    # TensorFlow keeps its own operations among the signatures, under names with two underscores.
    defs = {name: each for name, each in graphs[0].signature_def.items() if not name.startswith("__")}
    found = sorted(defs)
    needed, known = set(names(offered_by=OfferedBy.EVERY_MODEL)), set(names())
    if not needed <= set(found) <= known:
        raise RefusedError(
            f"the model should have the signatures {sorted(needed)}, and of others only some of "
            f"{sorted(known - needed)}; it has {found}"
        )
    return defs
