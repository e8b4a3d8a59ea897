"""Requests to a saved model, whatever it was trained on: the items come out of the model itself where it retrieves."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from schemas import signatures
from schemas.canonical_event import Surface, Token
from serving.client.call import Call
from serving.client.requests import RankRequest, RetrievalRequest, rank_call, retrieval_call
from serving.local_server.models.servable import Servable
from serving.local_server.wire.tensor_protos import from_protos

K = 20
_HISTORY = (20, 20)
"""Clicks of the feed and searches of the user who asks."""
_USERS = 16
_MODEL = "benchmark"


@dataclass(frozen=True)
class Question:
    """One kind of request, asked by several users.

    Attributes:
        name: What it is called in the report.
        calls: One a user.
    """

    name: str
    calls: tuple[Call, ...]

    def inputs(self) -> list[dict[str, np.ndarray]]:
        """What each call hands to a servable."""
        return [from_protos(call.grpc_message(_MODEL).inputs) for call in self.calls]

    @property
    def signature(self) -> str:
        """The signature that answers."""
        return self.calls[0].signature


def questions(servable: Servable, candidates: tuple[int, ...], seed: int = 0) -> list[Question]:
    """`rank` with so many candidates each, and `recommend` if the model has it.

    Args:
        servable: The model.
        candidates: Numbers of candidates; an item may be among them more than once.
        seed: Of what users saw and are offered.
    """
    random = np.random.default_rng(seed)
    items = _items(servable)

    def some(count: int) -> tuple[str, ...]:
        return tuple(items[place] for place in random.integers(len(items), size=count))

    def history() -> tuple[Token, ...]:
        clicks, searches = _HISTORY
        tokens = [Token(Surface.RECOMMENDATION, some(1)) for _ in range(clicks)]
        return (*tokens, *(Token(Surface.SEARCH, some(1), "red mug") for _ in range(searches)))

    asked = {
        f"rank {count}": [rank_call([RankRequest(user, some(count), history=history())]) for user in _user_ids()]
        for count in candidates
    }
    if signatures.RECOMMEND in servable.signature_defs:
        asked[f"recommend {K}"] = [
            retrieval_call(RetrievalRequest(user, K, history=history(), exclude_seen=True)) for user in _user_ids()
        ]
    return [Question(name, tuple(_completed(servable, call) for call in calls)) for name, calls in asked.items()]


def _user_ids() -> Iterator[str]:
    return (str(17_850 + number) for number in range(_USERS))


def _items(servable: Servable) -> list[str]:
    """Ids of items that the model knows; made up for one that tells none, to which they are all unknown."""
    if signatures.RECOMMEND not in servable.signature_defs:
        return [f"item-{number}" for number in range(1000)]
    call = _completed(servable, retrieval_call(RetrievalRequest("", k=1000)))
    found = servable.run(signatures.RECOMMEND, from_protos(call.grpc_message(_MODEL).inputs))
    return [item.decode() for item in found[signatures.ITEMS][0] if item]


def _completed(servable: Servable, call: Call) -> Call:
    """The call with whatever else the model wants to be told of the moment, which is unknown."""
    wanted: Mapping = servable.signature_defs[call.signature].inputs
    further = {
        name: [-1] if info.dtype == tf.int64.as_datatype_enum else [""]
        for name, info in wanted.items()
        if name not in call.inputs
    }
    return Call(call.signature, {**call.inputs, **further}, call.outputs)
