"""Makes requests to any saved model, whatever it was trained on. A model that retrieves is asked for its item ids."""

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
"""The number of feed clicks and of searches in a user's history."""
_USERS = 16
_MODEL = "benchmark"


@dataclass(frozen=True)
class Question:
    """One kind of request, asked by several users.

    Attributes:
        name: The name in the report.
        calls: One call for each user.
    """

    name: str
    calls: tuple[Call, ...]

    def inputs(self) -> list[dict[str, np.ndarray]]:
        """The inputs of each call, as a servable takes them."""
        return [from_protos(call.grpc_message(_MODEL).inputs) for call in self.calls]

    @property
    def signature(self) -> str:
        """The signature that answers."""
        return self.calls[0].signature


def questions(servable: Servable, candidates: tuple[int, ...], seed: int = 0) -> list[Question]:
    """Makes `rank` requests with each number of candidates, and `recommend` requests if the model has that signature.

    Args:
        servable: The model.
        candidates: Numbers of candidates. An item may occur more than once.
        seed: Seed of the histories and candidates.
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
    """Returns item ids that the model knows. If it cannot tell any, returns made-up ids, which it does not know."""
    if signatures.RECOMMEND not in servable.signature_defs:
        return [f"item-{number}" for number in range(1000)]
    call = _completed(servable, retrieval_call(RetrievalRequest("", k=1000)))
    found = servable.run(signatures.RECOMMEND, from_protos(call.grpc_message(_MODEL).inputs))
    return [item.decode() for item in found[signatures.ITEMS][0] if item]


def _completed(servable: Servable, call: Call) -> Call:
    """Adds the context inputs that the model wants, such as the timestamp, as unknown values."""
    wanted: Mapping = servable.signature_defs[call.signature].inputs
    further = {
        name: [-1] if info.dtype == tf.int64.as_datatype_enum else [""]
        for name, info in wanted.items()
        if name not in call.inputs
    }
    return Call(call.signature, {**call.inputs, **further}, call.outputs)
