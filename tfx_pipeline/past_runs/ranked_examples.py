"""Asks a run's model about its held-out examples: ranked lists, neighbours of items, sessions."""

import dataclasses
import hashlib
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import tensorflow as tf
import tensorflow_text  # noqa: F401  # Loaded models have operations of it.

from components.metrics.among_candidates.positive_rank import positive_rank
from components.retrieve_then_rank.example_request import example_request
from schemas import features, signatures
from schemas.canonical_event import Surface, Token
from schemas.signature_catalogue import SIGNATURES
from serving.client.answers import DividedHistory, divided_history

_BATCH: Final = 100
_ITEMS: Final = 10_000
_READ: Final = 20_000
"""So many examples are looked at to choose some; a large split is not read to its end."""
_SURFACES: Final = {surface.token_kind: surface for surface in Surface}


@dataclass(frozen=True)
class ReadExample:
    """An example, as BehaviourExampleGen wrote it.

    Attributes:
        user: The user's id.
        surface: Where the user was.
        query: What the user searched for; empty in the feed.
        timestamp_ms: When, in milliseconds since 1970.
        history: What the user did before, oldest first.
        candidates: The items to rank.
        wanted: The candidate that the user engaged with; empty if there is none.
        record: The example itself, a serialized tf.Example.
    """

    user: str
    surface: Surface
    query: str
    timestamp_ms: int
    history: tuple[Token, ...]
    candidates: tuple[str, ...]
    wanted: str
    record: bytes


@dataclass(frozen=True)
class RankedExample(ReadExample):
    """An example as a model ranks it.

    Attributes:
        items: The candidates, the best first. Of equal scores the wanted one is last, and a score that is no number
            counts against it, as in the metrics.
        scores: The score of each of these.
        rank: The place of the wanted one, from 1.
    """

    items: tuple[str, ...]
    scores: tuple[float, ...]
    rank: int

    @property
    def lead(self) -> float:
        """How far the score of the first one is above that of the wanted one; at least 0."""
        return self.scores[0] - self.scores[self.items.index(self.wanted)]


class AskedModel:
    """A SavedModel that is asked.

    Args:
        model_dir: Its folder. It has the signature `serving_default`.
    """

    def __init__(self, model_dir: str):
        self._loaded = tf.saved_model.load(model_dir)

    def ranked(self, records: Sequence[bytes]) -> list[RankedExample]:
        """Ranks the candidates of examples, in their order. Those without a positive are left out."""
        score = self._loaded.signatures[signatures.SERVING_DEFAULT]
        found = []
        for start in range(0, len(records), _BATCH):
            batch = records[start : start + _BATCH]
            scores = score(**{signatures.EXAMPLES: tf.constant(batch)})[signatures.SCORES].numpy()
            found += [_ranked(record, row) for record, row in zip(batch, scores, strict=True)]
        return [each for each in found if each]

    def neighbours(self, items: Sequence[str], k: int) -> dict[str, list[tuple[str, float]]]:
        """The `k` items most like each of these, with their similarity; empty if the model has no vectors of items."""
        if signatures.SIMILAR_ITEMS not in self._loaded.signatures or not items:
            return {}
        ask = self._loaded.signatures[signatures.SIMILAR_ITEMS]
        # `k` has a value for each row.
        answer = ask(**{signatures.ITEM_ID: tf.constant(items), signatures.K: tf.fill([len(items)], k)})
        found, scores = (answer[name].numpy() for name in (signatures.ITEMS, signatures.SCORES))
        return {
            item: [(each.decode(errors="replace"), float(by)) for each, by in zip(row, of, strict=True) if each][:k]
            for item, row, of in zip(items, found, scores, strict=True)
        }

    def embeddings(self, items: Sequence[str]) -> tuple[np.ndarray, np.ndarray] | None:
        """The vectors of items.

        Args:
            items: Ids; at least one.

        Returns:
            float32 [items, dim], and bool [items], whether the model knows them; None if it has no vectors of items.
        """
        if signatures.EMBED_ITEM not in self._loaded.signatures:
            return None
        ask = self._loaded.signatures[signatures.EMBED_ITEM]
        answers = [
            ask(**{signatures.ITEM_ID: tf.constant(items[start : start + _ITEMS])})
            for start in range(0, len(items), _ITEMS)
        ]
        vectors, known = (
            np.concatenate([each[name].numpy() for each in answers])
            for name in (signatures.EMBEDDING, signatures.KNOWN)
        )
        return vectors, known

    def query_vectors(self, queries: Sequence[str]) -> np.ndarray | None:
        """The vectors of queries.

        Args:
            queries: Texts; at least one.

        Returns:
            float32 [queries, dim]; None if the model has no vectors of queries.
        """
        if signatures.EMBED_QUERY not in self._loaded.signatures:
            return None
        ask = self._loaded.signatures[signatures.EMBED_QUERY]
        return ask(**{signatures.RANK_QUERY: tf.constant(queries)})[signatures.EMBEDDING].numpy()

    def sessions(self, example: ReadExample) -> DividedHistory | None:
        """How the model divides an example's history on its surface; None if it divides none."""
        if signatures.SESSIONS not in self._loaded.signatures:
            return None
        request = example_request(tf.constant([example.record]), ())
        given = {**request.inputs, signatures.SESSIONS_SURFACE: tf.constant([example.surface.value])}
        wanted = [each.name for each in SIGNATURES[signatures.SESSIONS].inputs]
        answer = self._loaded.signatures[signatures.SESSIONS](**{name: given[name] for name in wanted})
        return divided_history({name: values.numpy().tolist() for name, values in answer.items()})


def chosen_records(files: Sequence[str], most: int) -> list[bytes]:
    """Examples that nothing but a digest of theirs has chosen, so that each time they are the same.

    Args:
        files: Gzipped TFRecord files of behaviour examples.
        most: How many to choose; fewer if there are no more.
    """
    records = itertools.islice(read_records(files), _READ)
    return sorted(records, key=lambda record: hashlib.sha256(record).digest())[:most]


def read_records(files: Sequence[str]) -> Iterator[bytes]:
    """All examples of gzipped TFRecord files, one after the other."""
    for record in tf.data.TFRecordDataset(list(files), compression_type="GZIP"):
        yield record.numpy()


def read_example(record: bytes) -> ReadExample:
    """Reads a serialized example."""
    values = tf.train.Example.FromString(record).features.feature
    candidates, labels = _texts(values, features.CANDIDATES), values[features.LABELS].float_list.value
    wanted = next((item for item, label in zip(candidates, labels, strict=True) if label > 0), "")
    return ReadExample(
        _first(values, features.USER_ID),
        Surface(_first(values, features.SURFACE)),
        _first(values, features.QUERY),
        next(iter(values[features.TIMESTAMP_MS].int64_list.value), 0),
        tuple(_history(values)),
        tuple(candidates),
        wanted,
        record,
    )


def _ranked(record: bytes, scores: np.ndarray) -> RankedExample | None:
    example = read_example(record)
    if not example.wanted:
        return None
    labels = np.arange(len(example.candidates)) == example.candidates.index(example.wanted)
    given = np.asarray(scores[: len(labels)], np.float64)
    known = np.where(np.isnan(given), np.where(labels, -np.inf, np.inf), given)
    order = np.lexsort((labels > 0, -known))
    return RankedExample(
        **{field.name: getattr(example, field.name) for field in dataclasses.fields(example)},
        items=tuple(example.candidates[place] for place in order),
        scores=tuple(float(known[place]) for place in order),
        rank=positive_rank(labels, scores),
    )


def _history(values: Mapping[str, Any]) -> Iterator[Token]:
    kinds = values[features.HISTORY_KINDS].int64_list.value
    counts = values[features.HISTORY_ITEM_COUNTS].int64_list.value
    items, queries = iter(_texts(values, features.HISTORY_ITEMS)), iter(_texts(values, features.HISTORY_QUERIES))
    for kind, count in zip(kinds, counts, strict=True):
        surface = _SURFACES[kind]
        clicked = tuple(itertools.islice(items, count))
        yield Token(surface, clicked, next(queries, "") if surface is Surface.SEARCH else "")


def _texts(values: Mapping[str, Any], name: str) -> list[str]:
    return [each.decode(errors="replace") for each in values[name].bytes_list.value]


def _first(values: Mapping[str, Any], name: str) -> str:
    return next(iter(_texts(values, name)), "")
