"""Compares a model with the rules on the examples of a split, on Beam."""

import functools
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final, NamedTuple

import apache_beam as beam
import numpy as np

from components.baselines.by_place.place_estimates import Weighted, place_estimates
from components.baselines.by_place.place_weights import PlaceWeights, SurfacePlaces, place_tables, places_of
from components.baselines.comparison import compared
from components.baselines.comparison_file import read_comparison, write_comparison
from components.baselines.comparison_keys import (
    BEATEN,
    BEST_RULE,
    BY_PLACE,
    CANDIDATES_PER_CLICK,
    EXAMPLES,
    MODEL,
    OVER_EXAMPLES,
    REPEATS,
    SCORE_FIGURES,
    SLICES,
    UNCALIBRATED,
    USERS,
    VERDICT,
)
from components.baselines.example_ranking import (
    AMONG_ALL,
    AMONG_CANDIDATES,
    METRICS,
    SCORES,
    Gained,
    Learned,
    RankExamples,
)
from components.baselines.item_features import read_item_features
from components.baselines.rule_names import SASREC
from components.baselines.rules.known_rules import learned_rules
from components.baselines.score_sums import ScoreSums
from components.baselines.slices.measured_slices import Part, fallen, measured_slices
from components.baselines.slices.slice_names import ABOVE_BASELINE, BASELINE, BY, PART, TITLES
from components.baselines.slices.slice_ways import NO_SLICE, TrainingFacts
from components.baselines.training_log import read_training_log
from components.baselines.user_bootstrap import drawn_ratios, interval
from components.score_map_file import read_score_maps
from schemas.rank_metrics import RankMetric, metric_named, rank_metrics, tells
from schemas.score_map import ScoreMap

METRIC, MARGIN, SURFACES, SAMPLE = "metric", "margin", "surfaces", "sample"
BLESSED, REASONS = "blessed", "reasons"
DECIDES_AMONG = "decides_among"
_BATCH: Final = 128


class _Summed(NamedTuple):
    """Of a user's examples.

    Attributes:
        gains: float64 [rankers, metrics] the sums.
        repeats: How many have a positive of their history.
        examples: How many there are.
        items: Among how many items the longest was ranked.
        parts: Of each slice the sums of the gains in the metric that decides, float64 [rankers], and how many examples.
        weighted: Of the examples whose place is known; None if there is none.
    """

    gains: np.ndarray
    repeats: int
    examples: int
    items: int
    parts: Mapping[Part, tuple[np.ndarray, int]]
    weighted: Weighted | None


@dataclass(frozen=True)
class ComparisonSettings:
    """What is compared.

    Attributes:
        rules: Names of rules, of `rule_names.RULE_NAMES`; at least one, unless there is a SASRec to compare with.
        metric: The name of the metric that decides.
        margin: What the lower end of the difference's interval has to exceed.
        surfaces: The surfaces that the model serves. Others are left out.
        catalogue_examples: About how many examples are ranked among all items, too; 0 for none.
        exclude_seen: Whether the items of an example's history are left out there, unless the positive is one of them.
        decides_among: `candidates` or `catalogue`: by which of the two figures the model has to beat the rules.
        rules_decide: Whether the model has to beat them at all to be blessed.
        deciding_slices: Ways to cut examples, of `WAY_NAMES`: in none of their slices the model may fall behind the
            Evaluator's baseline.
        slice_margin: By more than this, for sure.
        timezone: The time zone of slices by the hour, an IANA name.
        examination: By surface the examination of the places 1, 2 and so on; it is estimated where it is not given.
        place_weight_cap: The largest weight of an example by its place; 0 for no limit.
    """

    rules: tuple[str, ...]
    metric: str
    margin: float
    surfaces: tuple[str, ...]
    catalogue_examples: int
    exclude_seen: bool = True
    decides_among: str = AMONG_CANDIDATES
    rules_decide: bool = True
    deciding_slices: tuple[str, ...] = ()
    slice_margin: float = 0.0
    timezone: str = "UTC"
    examination: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    place_weight_cap: float = 0.0

    def to_json(self) -> str:
        """The settings as text, which `from_json` reads."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "ComparisonSettings":
        """Reads what `to_json` wrote."""
        values: Any = json.loads(text)
        made: Any = {name: tuple(each) if isinstance(each, list) else each for name, each in values.items()}
        return cls(**made)


@dataclass(frozen=True)
class ComparedFiles:
    """The files of a comparison, gzipped TFRecord files of serialized tf.Examples.

    Attributes:
        catalogue: The split of the items.
        train: The split that the rules learn from.
        evaluation: The split to rank.
        examples: How many examples `evaluation` has; None if nobody knows. Then none is ranked among all items.
        places: What the log tells of places, the files of `components.shown_places.count_files`; none if it does not.
    """

    catalogue: Sequence[str]
    train: Sequence[str]
    evaluation: Sequence[str]
    examples: int | None
    places: Sequence[str] = ()


def compare(
    make_pipeline: Callable[[], beam.Pipeline],
    files: ComparedFiles,
    model_dir: str,
    output_dir: str,
    settings: ComparisonSettings,
    sasrec_dir: str = "",
    baseline_dir: str = "",
) -> dict[str, Any]:
    """Ranks all examples by the rules and the model, and writes `metrics.json`.

    Args:
        make_pipeline: Makes the Beam pipeline to run.
        files: What is read.
        model_dir: A SavedModel with the signature `serving_default` and, if examples are to be ranked among all items,
            `catalogue_ranks`.
        output_dir: The folder of `metrics.json`.
        settings: What is compared.
        sasrec_dir: A SavedModel with the same signatures, which counts as one more rule, `sasrec`; empty for none.
        baseline_dir: The Evaluator's baseline, a SavedModel with `serving_default`; empty if no slice decides.

    Returns:
        What the file holds: `metric` and `margin`; `candidates` and `catalogue` with what `compared` returns for each
        surface, among an example's candidates and among all items, and `repeats`, how many positives are in the
        history, and `over_examples`, the model's means over examples instead of users, with their intervals; of
        `candidates` also `scores`, the figures of `ScoreSums`, if scores are calibrated `uncalibrated_scores` and
        `candidates_per_click`, and `slices`, those of `measured_slices`. If the log tells places, of both also
        `by_place`, the figures of `place_estimates`, and `by_place` beside them, what `place_tables` tells of places,
        by surface. `sample`, a sentence on the examples that were ranked among all items; `decides_among`;
        `blessed`, whether the model beats the best rule there on each surface, and falls behind in no slice that
        decides; and `reasons` why not.
    """
    share = min(1.0, settings.catalogue_examples / files.examples) if files.examples else 0.0
    ranked_by = replace(settings, rules=(*settings.rules, SASREC)) if sasrec_dir else settings
    with make_pipeline() as pipeline:
        start = pipeline | "Start" >> beam.Create([None])
        learned = start | "Learn" >> beam.Map(_Learn(files, settings.rules))
        places = start | "Examine" >> beam.Map(_Examine(files.places, settings.examination))
        weights = places | "Weigh" >> beam.Map(PlaceWeights.of, settings.place_weight_cap)
        ranked = (
            pipeline
            | "Files" >> beam.Create(list(files.evaluation))
            | "Read" >> beam.io.ReadAllFromTFRecord()
            | "Batch" >> beam.BatchElements(min_batch_size=_BATCH, max_batch_size=_BATCH)
            | "Rank"
            >> beam.ParDo(
                RankExamples(
                    *(model_dir, share, settings.exclude_seen, files.examples),
                    sasrec_dir,
                    baseline_dir,
                    settings.timezone,
                ),
                beam.pvalue.AsSingleton(learned),
                beam.pvalue.AsSingleton(weights),
            ).with_outputs(SCORES, main="gains")
        )
        added = ranked[SCORES] | "AddScores" >> beam.CombinePerKey(_added)  # type: ignore[arg-type]
        scores = added | "AllScores" >> beam.combiners.ToList()
        decides = [each.name for each in METRICS].index(settings.metric)
        _ = (
            ranked.gains
            | "One" >> beam.MapTuple(functools.partial(_one, decides))
            | "ByUser" >> beam.CombinePerKey(_summed)  # type: ignore[arg-type]
            | "Gather" >> beam.combiners.ToList()
            | "Write"
            >> beam.Map(
                functools.partial(_write, output_dir, ranked_by, share, bool(baseline_dir), read_score_maps(model_dir)),
                scores=beam.pvalue.AsSingleton(scores),
                places=beam.pvalue.AsSingleton(places),
            )
        )
    return read_comparison(output_dir)


class _Learn:
    """Learns the rules, on a worker."""

    def __init__(self, files: ComparedFiles, rules: Sequence[str]):
        self._files, self._rules = files, rules

    def __call__(self, _: None) -> Learned:
        catalogue = read_item_features(self._files.catalogue)
        log = read_training_log(self._files.train, catalogue)
        return catalogue, learned_rules(self._rules, catalogue, log), TrainingFacts.of_log(log, len(catalogue))


class _Examine:
    """Finds out how much of each place users see, on a worker."""

    def __init__(self, files: Sequence[str], given: Mapping[str, Sequence[float]]):
        self._files, self._given = files, given

    def __call__(self, _: None) -> dict[str, SurfacePlaces]:
        return places_of(self._files, self._given)


def _one(decides: int, key: Any, gained: Gained) -> tuple[Any, _Summed]:
    parts = {(way, part): (gained.gains[:, decides], 1) for way, part in enumerate(gained.parts) if part != NO_SLICE}
    weighted = Weighted.of_example(gained.gains, gained.weight, gained.is_clipped)
    return key, _Summed(gained.gains, gained.is_repeat, 1, gained.items, parts, weighted)


def _summed(gained: Iterable[_Summed]) -> _Summed:
    total = _Summed(np.zeros(()), 0, 0, 0, {}, None)
    for each in gained:
        parts = dict(total.parts)
        for part, (gains, examples) in each.parts.items():
            before, so_far = parts.get(part, (0.0, 0))
            parts[part] = (before + gains, so_far + examples)
        total = _Summed(
            total.gains + each.gains,
            total.repeats + each.repeats,
            total.examples + each.examples,
            max(total.items, each.items),
            parts,
            each.weighted if total.weighted is None else total.weighted.plus(each.weighted),
        )
    return total


def _added(sums: Iterable[ScoreSums]) -> ScoreSums:
    return sum(sums, ScoreSums())


def _write(
    output_dir: str,
    settings: ComparisonSettings,
    share: float,
    has_baseline: bool,
    score_maps: Mapping[str, ScoreMap],
    users: list[tuple[tuple[str, str, bytes], _Summed]],
    scores: Iterable[tuple[tuple[str, bool], ScoreSums]],
    places: dict[str, SurfacePlaces],
) -> None:
    # Beam gathers in any order, and the draws of users are to be the same each time.
    users.sort(key=lambda each: each[0])
    found: dict[str, Any] = {
        METRIC: settings.metric,
        MARGIN: settings.margin,
        DECIDES_AMONG: settings.decides_among,
    }
    for scope in (AMONG_CANDIDATES, AMONG_ALL):
        found[scope] = {}
        for surface in settings.surfaces:
            of_users = [summed for (place, name, _), summed in users if (place, name) == (scope, surface)]
            if of_users:
                found[scope][surface] = _compared(scope, surface, of_users, settings, has_baseline, surface in places)
    if places:
        tables = place_tables(places, settings.examination)
        found[BY_PLACE] = {surface: tables[surface] for surface in settings.surfaces if surface in tables}
    for (surface, is_before), sums in scores:
        if surface in found[AMONG_CANDIDATES]:
            of_surface = found[AMONG_CANDIDATES][surface]
            of_surface[UNCALIBRATED if is_before else SCORE_FIGURES] = sums.figures()
            if is_before:
                of_surface[CANDIDATES_PER_CLICK] = score_maps[surface].candidates
    examples, repeats = (sum(each[name] for each in found[AMONG_ALL].values()) for name in (EXAMPLES, REPEATS))
    found[SAMPLE] = f"{_sample(share, examples)} {_among_which(settings.exclude_seen, repeats)}" if examples else ""
    reasons = _slice_reasons(found[AMONG_CANDIDATES], settings)
    if settings.rules_decide or not settings.deciding_slices:
        reasons = [*_rule_reasons(found[settings.decides_among], settings), *reasons]
    write_comparison(output_dir, found | {BLESSED: not reasons, REASONS: reasons})


def _rule_reasons(by_surface: Mapping[str, Any], settings: ComparisonSettings) -> list[str]:
    where = " among all items" if settings.decides_among == AMONG_ALL else ""
    return [
        by_surface[surface][VERDICT]
        if surface in by_surface
        else f"{surface}: the model could not be compared with rules{where}, there is no example of it to evaluate"
        for surface in settings.surfaces
        if not by_surface.get(surface, {}).get(BEATEN)
    ]


def _slice_reasons(by_surface: Mapping[str, Any], settings: ComparisonSettings) -> list[str]:
    label, reasons = metric_named(settings.metric).label, []
    for surface, found in by_surface.items():
        for each in fallen(found.get(SLICES, ()), settings.deciding_slices, settings.slice_margin):
            (difference, low, high), own, other = each[ABOVE_BASELINE], each[MODEL][0], each[BASELINE][0]
            reasons.append(
                f"{surface}, {TITLES[each[BY]]}: {each[PART]}: the baseline is better than the model: "
                f"{label} {own:.4f} against {other:.4f} (difference {difference:+.4f}, 95 % interval {low:+.4f} to "
                f"{high:+.4f}; {each[EXAMPLES]:,} examples of {each[USERS]:,} users)"
            )
    return reasons


def _compared(
    scope: str,
    surface: str,
    of_users: list[_Summed],
    settings: ComparisonSettings,
    has_baseline: bool,
    has_places: bool,
) -> dict[str, Any]:
    items, decides = max(each.items for each in of_users), metric_named(settings.metric)
    listed = rank_metrics() if scope == AMONG_CANDIDATES else METRICS
    columns = [
        place for place, each in enumerate(METRICS) if each == decides or (each in listed and tells(each, items))
    ]
    # The Evaluator's baseline, the last but one, is no rule.
    rankers = [*range(len(settings.rules)), -1]
    gains = np.stack([each.gains for each in of_users])[:, :, columns]
    counts = np.array([each.examples for each in of_users])
    metrics = [METRICS[column] for column in columns]
    found = compared(surface, gains[:, rankers], counts, settings.rules, metrics, decides, settings.margin)
    best = settings.rules.index(found[BEST_RULE])
    slices = measured_slices([each.parts for each in of_users], -1, best, -2 if has_baseline else None)
    return found | {
        REPEATS: sum(each.repeats for each in of_users),
        OVER_EXAMPLES: _over_examples(gains[:, -1], counts, metrics),
        **({SLICES: slices} if slices else {}),
        **({BY_PLACE: _by_place(scope, of_users, settings, columns, has_baseline)} if has_places else {}),
    }


def _by_place(
    scope: str, of_users: list[_Summed], settings: ComparisonSettings, columns: Sequence[int], has_baseline: bool
) -> dict[str, Any]:
    rankers = {rule: place for place, rule in enumerate(settings.rules)} | {MODEL: -1}
    if has_baseline and scope == AMONG_CANDIDATES:
        rankers[BASELINE] = -2
    return place_estimates(
        [each.weighted for each in of_users],
        sum(each.examples for each in of_users),
        rankers,
        {column: METRICS[column] for column in columns},
        metric_named(settings.metric),
    )


def _over_examples(sums: np.ndarray, counts: np.ndarray, metrics: Sequence[RankMetric]) -> dict[str, list[float]]:
    """The means over examples, as the Evaluator has them, with the ends of their intervals over users."""
    drawn = drawn_ratios(sums, np.broadcast_to(counts[:, np.newaxis], sums.shape))
    means = sums.sum(axis=0) / counts.sum()
    return {each.name: [float(means[place]), *interval(drawn[:, place])] for place, each in enumerate(metrics)}


def _among_which(exclude_seen: bool, repeats: int) -> str:
    if not exclude_seen:
        return "Those of the user's history count, too (evaluation.exclude_seen)."
    stand = "positive stands in it and was" if repeats == 1 else "positives stand in it and were"
    told = f"; {repeats:,} {stand} ranked with it" if repeats else ""
    return f"Those of the user's history are left out{told} (evaluation.exclude_seen)."


def _sample(share: float, examples: int) -> str:
    if share == 1:
        return f"All {examples:,} examples were ranked among all items."
    return (
        f"{examples:,} examples were ranked among all items: those of {share:.1%} of the users, chosen by a hash of "
        "their ids (evaluation.baseline_examples)."
    )
