"""Asks an exported model for the feeds of many users at once, as a client asks a server."""

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import tensorflow as tf
import tensorflow_text  # noqa: F401  # Loaded models have operations of it.

from schemas import features, signatures
from serving.client.call import Call
from serving.client.requests import (
    RetrievalRequest,
    UserRequest,
    embed_items_call,
    embed_user_call,
    of_moment,
    retrieval_call,
)
from tfx_pipeline.scoring.user_histories import UserHistory

_ITEMS: Final = 8192
"""How many items are asked for at once."""
_OF_REQUESTS: Final = frozenset(signatures.REQUEST_INPUTS) - {signatures.RANK_TIMESTAMP_MS}


class Feed(NamedTuple):
    """What a model recommends to a user.

    Attributes:
        items: The ids of the items, the best first.
        scores: float32 [items].
        sources: Where each item comes from, a name of `schemas.retrieval_sources`; empty if the model does not tell.
        vector: float32 [dim], the user's vector; None if it was not asked for.
    """

    items: list[str]
    scores: np.ndarray
    sources: list[str]
    vector: np.ndarray | None


class AskedRecommender:
    """A loaded model.

    Args:
        model_dir: A SavedModel with the signature `recommend`.

    Raises:
        ValueError: It has no such signature.
    """

    def __init__(self, model_dir: str):
        self._model_dir = model_dir
        self._loaded = tf.saved_model.load(model_dir)
        if signatures.RECOMMEND not in self._loaded.signatures:
            raise ValueError(
                f"{model_dir}: the model ranks candidates and finds no items, so there is no list to write."
            )
        taken = self._inputs(signatures.RECOMMEND)
        self._moment = sorted(taken.keys() - _OF_REQUESTS)

    def feeds(
        self, users: Sequence[UserHistory], k: int, exclude_seen: bool, vectors: bool, moment_ms: int
    ) -> list[Feed]:
        """The feed of each user.

        Args:
            users: At least one.
            k: How many items each gets, at most `schemas.signatures.LARGEST_K`.
            exclude_seen: Whether the items of the history are left out.
            vectors: Whether the users' vectors are asked for, too.
            moment_ms: When the users ask, in milliseconds since 1970.

        Raises:
            ValueError: There are no vectors of users.
        """
        moment = of_moment(self._moment, moment_ms)
        told = self._answer(
            retrieval_call(*(RetrievalRequest(name, k, "", past, exclude_seen, **moment) for name, past in users))
        )
        items, scores, sources = told[signatures.ITEMS], told[signatures.SCORES], told.get(signatures.SOURCES)
        of_users: Iterable[np.ndarray | None] = [None] * len(users)
        if vectors:
            if signatures.EMBED_USER not in self._loaded.signatures:
                raise ValueError("The model has no vectors of users (signature `embed_user`).")
            asked = embed_user_call(*(UserRequest(name, past, **moment) for name, past in users))
            of_users = self._answer(asked)[signatures.EMBEDDING]
        feeds = []
        for row, vector in enumerate(of_users):
            listed = [each.decode() for each in items[row].tolist() if each]
            places = len(listed)
            origins = [] if sources is None else [each.decode() for each in sources[row].tolist()[:places]]
            feeds.append(Feed(listed, scores[row][:places], origins, vector))
        return feeds

    def item_vectors(self) -> tuple[list[str], np.ndarray]:
        """The vectors of all items that the model can find.

        Returns:
            Their ids, and float32 [items, dim]. The product with a user's vector is the logit of the item's score.

        Raises:
            ValueError: There are no vectors of items.
        """
        if signatures.EMBED_ITEM not in self._loaded.signatures:
            raise ValueError("The model has no vectors of items (signature `embed_item`).")
        # Of two models as one, no attribute of the loaded object says which items there are; the vocabulary does.
        with tf.io.gfile.GFile(os.path.join(self._model_dir, "assets", features.ITEM_VOCABULARY), "rb") as file:
            ids = [each.decode() for each in file.read().split(b"\n") if each]
        parts = (ids[start : start + _ITEMS] for start in range(0, len(ids), _ITEMS))
        answers = [self._answer(embed_items_call(part)) for part in parts]
        vectors, known = (
            np.concatenate([each[name] for each in answers]) for name in (signatures.EMBEDDING, signatures.KNOWN)
        )
        return [each for each, is_known in zip(ids, known, strict=True) if is_known], vectors[known]

    def _answer(self, call: Call) -> Mapping[str, np.ndarray]:
        spec = self._inputs(call.signature)
        inputs = {name: tf.constant(values, spec[name].dtype) for name, values in call.inputs.items()}
        answer = self._loaded.signatures[call.signature](**inputs)
        return {name: each.numpy() for name, each in answer.items()}

    def _inputs(self, signature: str) -> Mapping[str, Any]:
        return self._loaded.signatures[signature].structured_input_signature[1]
