"""Ranks examples by the rules, by a SASRec if there is one, and by the model, on Beam."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import apache_beam as beam
import numpy as np
import tensorflow as tf
import tensorflow_text  # noqa: F401  # Loaded models have operations of it.
from apache_beam.utils.shared import Shared

from components.baselines.by_place.place_weights import PlaceWeights
from components.baselines.example_columns import ExampleColumns, example_columns
from components.baselines.item_features import NOTHING, ItemFeatures
from components.baselines.rules.rule import Rule
from components.baselines.score_sums import ScoreSums
from components.baselines.slices.slice_ways import TrainingFacts, parts_of
from components.baselines.tied_places import mean_gains, places
from components.progress import Progress
from components.score_map_file import read_score_maps
from components.sources.event_time import time_zone
from schemas import signatures
from schemas.rank_metrics import CATALOGUE_CUTOFFS, rank_metrics
from schemas.score_map import ScoreMap

AMONG_CANDIDATES, AMONG_ALL = "candidates", "catalogue"
SCORES = "scores"
"""The tag of what scores are worth."""
METRICS = rank_metrics(CATALOGUE_CUTOFFS)
"""The metrics that are measured, in the order of columns."""
Learned = tuple[ItemFeatures, list[Rule], TrainingFacts]
"""The catalogue, the rules, and what slices have to know of training."""
_SCORES_AT_ONCE = 1 << 22
_HASHES = 1 << 64
_PERSON = b"evaluation"


class Gained(NamedTuple):
    """What the rankers gained on an example.

    Attributes:
        gains: float64 [rankers, metrics], a row for each rule, one for the SASRec and one for the Evaluator's baseline
            if there are such and, last, one for the model.
        is_repeat: 1 if the positive is in the history, else 0.
        items: Among how many items it was ranked.
        parts: The slices of the example, as `parts_of` has them; none among all items.
        weight: What the place counts for at which the positive was shown; 0 if nobody knows.
        is_clipped: Whether that was cut to its limit.
    """

    gains: np.ndarray
    is_repeat: int
    items: int
    parts: tuple[int, ...]
    weight: float
    is_clipped: bool


class RankExamples(beam.DoFn):
    """Turns batches of serialized examples into the gains of each example that has a positive.

    Yields pairs. The first is (`candidates` or `catalogue`, surface, user id), the second what the example `Gained`.
    With the tag `SCORES` it yields the `ScoreSums` of the model's scores of a batch. They stand behind a pair: the
    surface, and whether the scores are as they were before they were calibrated.

    Args:
        model_dir: A SavedModel with the signature `serving_default`. It is loaded once a process.
        catalogue_share: Of which share of the users the examples are ranked among all items, too; chosen by a hash of
            the user. 0 if the model has no signature `catalogue_ranks`.
        exclude_seen: Whether the items of the history are left out there, unless the positive is one of them.
        examples: How many examples there are, to display progress; None if nobody knows.
        sasrec_dir: A SavedModel with the same signatures that is ranked as a rule is; empty for none.
        baseline_dir: A SavedModel with the signature `serving_default`, the Evaluator's baseline; empty for none.
        timezone: The time zone of slices by the hour, an IANA name.
    """

    def __init__(
        self,
        model_dir: str,
        catalogue_share: float,
        exclude_seen: bool,
        examples: int | None = None,
        sasrec_dir: str = "",
        baseline_dir: str = "",
        timezone: str = "UTC",
    ):
        self._model_dir = model_dir
        self._sasrec_dir = sasrec_dir
        self._baseline_dir = baseline_dir
        self._timezone = timezone
        self._catalogue_share = catalogue_share
        self._exclude_seen = exclude_seen
        self._progress = Progress("examples ranked by rules and the model", examples)
        self._shared, self._shared_sasrec, self._shared_baseline = Shared(), Shared(), Shared()

    def setup(self) -> None:
        """Loads the models, or takes those that this process has loaded."""
        self._model = self._shared.acquire(lambda: _Model(tf.saved_model.load(self._model_dir)))
        self._score_maps = read_score_maps(self._model_dir)
        self._zone = time_zone(self._timezone)
        self._sasrec, self._baseline = None, None
        if self._sasrec_dir:
            self._sasrec = self._shared_sasrec.acquire(lambda: _Model(tf.saved_model.load(self._sasrec_dir)))
        if self._baseline_dir:
            self._baseline = self._shared_baseline.acquire(lambda: _Model(tf.saved_model.load(self._baseline_dir)))

    def process(self, batch: list[bytes], learned: Learned, weights: PlaceWeights) -> Iterator[Any]:
        """Ranks a batch by the catalogue and the rules of `learned`, and weighs it by place."""
        catalogue, rules, facts = learned
        columns = example_columns(batch, catalogue.places)
        found = [_places(rule.keys(columns, columns.items), columns) for rule in rules]
        if self._sasrec:
            found.append(_ranked(_scored(self._sasrec, batch, columns), columns))
        if self._baseline:
            found.append(_last(_ranked(_scored(self._baseline, batch, columns), columns)))
        scores = _scored(self._model, batch, columns)
        found.append(_last(_ranked(scores, columns)))
        lengths = np.sum(columns.items >= 0, axis=1)
        parts = parts_of(columns, facts, self._zone)
        yield from _gains(columns, AMONG_CANDIDATES, found, lengths, parts, weights)
        surfaces = np.array(columns.surfaces)
        for surface in np.unique(surfaces).tolist():
            rows = surfaces == surface
            told = columns.is_positive[rows], columns.items[rows] >= 0
            line = self._score_maps.get(surface)
            candidates = line.candidates if line else None
            sums = ScoreSums.of_batch(scores[rows], *told, candidates)
            yield beam.pvalue.TaggedOutput(SCORES, ((surface, False), sums))
            if line:
                before = ScoreSums.of_batch(_uncalibrated(scores[rows], line), *told, candidates)
                yield beam.pvalue.TaggedOutput(SCORES, ((surface, True), before))
        chosen = [
            example
            for example, user in zip(batch, columns.users, strict=True)
            if is_chosen(user, self._catalogue_share)
        ]
        at_once = max(1, _SCORES_AT_ONCE // max(len(catalogue), 1))
        for first in range(0, len(chosen), at_once):
            yield from self._among_all(chosen[first : first + at_once], catalogue, rules, weights)
        self._progress.advance(len(batch))

    def _among_all(
        self, batch: list[bytes], catalogue: ItemFeatures, rules: Sequence[Rule], weights: PlaceWeights
    ) -> Iterator[tuple[tuple[str, str, bytes], Gained]]:
        columns = example_columns(batch, catalogue.places)
        items = np.broadcast_to(np.arange(len(catalogue), dtype=np.int32), (len(batch), len(catalogue)))
        is_positive, is_item = items == columns.positives[:, np.newaxis], np.ones(items.shape, bool)
        leaves_out = self._exclude_seen & ~_is_repeat(columns)
        is_item[leaves_out] = ~_is_seen(columns, len(catalogue))[leaves_out]
        found = [places(rule.keys(columns, items), is_positive, is_item) for rule in rules]
        for model in (*([self._sasrec] if self._sasrec else []), self._model):
            ranks = model.catalogue_ranks(batch, leaves_out)
            found.append(np.stack([ranks, ranks], axis=1))
        nothing = np.zeros((len(batch), 0), int)
        yield from _gains(columns, AMONG_ALL, found, np.full(len(batch), len(catalogue)), nothing, weights)


def _uncalibrated(scores: np.ndarray, line: ScoreMap) -> np.ndarray:
    """The sigmoids of the logits that calibrated scores were made of."""
    bounded = np.clip(scores.astype(np.float64), np.finfo(np.float32).tiny, 1 - 2.0**-25)
    return np.exp(-np.logaddexp(0, -(np.log(bounded) - np.log1p(-bounded) - line.intercept) / line.slope))


def _is_repeat(columns: ExampleColumns) -> np.ndarray:
    """Whether the positive of each row is in its history, bool [rows]; false for a row without a positive."""
    positives = columns.positives[:, np.newaxis]
    return ((columns.history == positives) & (positives != NOTHING)).any(axis=1)


def _is_seen(columns: ExampleColumns, items: int) -> np.ndarray:
    """Whether each item of the catalogue is in each row's history, bool [rows, items]."""
    seen = np.zeros((len(columns.history), items), bool)
    rows, places = np.nonzero((columns.history != NOTHING) & (columns.history < items))
    seen[rows, columns.history[rows, places]] = True
    return seen


def user_hash(user: bytes) -> int:
    """A number from 0 to 2^64 - 1 that depends on the user alone.

    No other hash of ours is this one: users of a log that was itself cut by a hash would be chosen all or none.
    """
    return int.from_bytes(hashlib.blake2b(user, digest_size=8, person=_PERSON).digest(), "big")


def is_chosen(user: bytes, share: float) -> bool:
    """Whether a user is one of this share of all users, by a hash of the id."""
    return user_hash(user) < share * _HASHES


def _places(keys: tuple[np.ndarray, ...], columns: ExampleColumns) -> np.ndarray:
    return places(keys, columns.is_positive, columns.items >= 0)


def _scored(model: "_Model", batch: Sequence[bytes], columns: ExampleColumns) -> np.ndarray:
    return model.scores(batch, columns.items.shape[1])


def _ranked(scores: np.ndarray, columns: ExampleColumns) -> np.ndarray:
    return _places((_without_nan(scores, columns.is_positive),), columns)


def _last(tied: np.ndarray) -> np.ndarray:
    """Lets ties count against the model, as the Evaluator and `catalogue_ranks` do; rules share their places."""
    return np.stack([tied[:, 1], tied[:, 1]], axis=1)


def _gains(
    columns: ExampleColumns,
    scope: str,
    ranked: Sequence[np.ndarray],
    lengths: np.ndarray,
    parts: np.ndarray,
    weights: PlaceWeights,
) -> Iterator[tuple[tuple[str, str, bytes], Gained]]:
    repeats = _is_repeat(columns).astype(int).tolist()
    gains = np.stack([[mean_gains(metric, each) for metric in METRICS] for each in ranked])
    of_examples, are_clipped = weights.of_examples(columns.surfaces, columns.shown_places)
    for row in np.flatnonzero(columns.is_positive.any(axis=1)):
        found = Gained(
            gains[:, :, row],
            repeats[row],
            int(lengths[row]),
            tuple(parts[row].tolist()),
            float(of_examples[row]),
            bool(are_clipped[row]),
        )
        yield (scope, columns.surfaces[row], columns.users[row]), found


def _without_nan(scores: np.ndarray, is_positive: np.ndarray) -> np.ndarray:
    """Lets a score that is no number count against the positive, as the Evaluator does."""
    return np.where(np.isnan(scores), np.where(is_positive, -np.inf, np.inf), scores)


class _Model:
    """Keeps the whole loaded model, because a signature alone does not keep its variables alive."""

    def __init__(self, loaded: tf.Module):
        self._loaded = loaded

    def scores(self, batch: Sequence[bytes], candidates: int) -> np.ndarray:
        """Scores the candidates of each example, float [rows, candidates]."""
        scores = self._asked(signatures.SERVING_DEFAULT, batch)[signatures.SCORES].numpy()
        if scores.ndim != 2 or scores.shape[1] < candidates:
            raise ValueError(
                f"Every candidate needs a score. Received: scores of shape {list(scores.shape)} for {len(batch)} "
                f"examples with up to {candidates} candidates."
            )
        return scores[:, :candidates]

    def catalogue_ranks(self, batch: Sequence[bytes], leaves_out: np.ndarray) -> np.ndarray:
        """The rank of each positive among all items, int64 [rows]; 0 for an unknown one.

        Args:
            batch: Serialized tf.Examples.
            leaves_out: bool [rows] whether the items of a row's history are left out.
        """
        answer = self._asked(signatures.CATALOGUE_RANKS, batch)
        return np.where(leaves_out, answer[signatures.UNSEEN_RANKS].numpy(), answer[signatures.RANKS].numpy())

    def _asked(self, signature: str, batch: Sequence[bytes]) -> dict[str, tf.Tensor]:
        function: Callable = self._loaded.signatures[signature]
        return function(**{signatures.EXAMPLES: tf.constant(batch, tf.string)})
