"""Compares a model with the rules on the examples of a split, on Beam."""

import functools
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import apache_beam as beam
import numpy as np

from components.baselines.comparison import BEATEN, EXAMPLES, VERDICT, compared
from components.baselines.comparison_file import read_comparison, write_comparison
from components.baselines.example_ranking import AMONG_ALL, AMONG_CANDIDATES, METRICS, RankExamples
from components.baselines.item_features import ItemFeatures, read_item_features
from components.baselines.rule_names import SASREC
from components.baselines.rules.known_rules import learned_rules
from components.baselines.rules.rule import Rule
from components.baselines.training_log import read_training_log
from schemas.rank_metrics import metric_named, rank_metrics

METRIC, MARGIN, SURFACES, SAMPLE = "metric", "margin", "surfaces", "sample"
BLESSED, REASONS = "blessed", "reasons"
REPEATS = "repeats"
_BATCH: Final = 128
_Summed = tuple[np.ndarray, int, int]
"""Of a user's examples: the sum of the gains, how many have a positive of their history, and how many there are."""


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
    """

    rules: tuple[str, ...]
    metric: str
    margin: float
    surfaces: tuple[str, ...]
    catalogue_examples: int
    exclude_seen: bool = True

    def to_json(self) -> str:
        """The settings as text, which `from_json` reads."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "ComparisonSettings":
        """Reads what `to_json` wrote."""
        values: Any = json.loads(text)
        return cls(**{**values, "rules": tuple(values["rules"]), "surfaces": tuple(values["surfaces"])})


@dataclass(frozen=True)
class ComparedFiles:
    """The files of a comparison, gzipped TFRecord files of serialized tf.Examples.

    Attributes:
        catalogue: The split of the items.
        train: The split that the rules learn from.
        evaluation: The split to rank.
        examples: How many examples `evaluation` has; None if nobody knows. Then none is ranked among all items.
    """

    catalogue: Sequence[str]
    train: Sequence[str]
    evaluation: Sequence[str]
    examples: int | None


def compare(
    make_pipeline: Callable[[], beam.Pipeline],
    files: ComparedFiles,
    model_dir: str,
    output_dir: str,
    settings: ComparisonSettings,
    sasrec_dir: str = "",
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

    Returns:
        What the file holds: `metric` and `margin`; `candidates` and `catalogue` with what `compared` returns for each
        surface, among an example's candidates and among all items, and `repeats`, how many positives are in the
        history; `sample`, a sentence on the examples that were
        ranked among all items; `blessed`, whether the model beats the best rule among the candidates on each surface;
        and `reasons`, the verdicts of the surfaces where it does not.
    """
    share = min(1.0, settings.catalogue_examples / files.examples) if files.examples else 0.0
    ranked_by = replace(settings, rules=(*settings.rules, SASREC)) if sasrec_dir else settings
    with make_pipeline() as pipeline:
        learned = pipeline | "Start" >> beam.Create([None]) | "Learn" >> beam.Map(_Learn(files, settings.rules))
        _ = (
            pipeline
            | "Files" >> beam.Create(list(files.evaluation))
            | "Read" >> beam.io.ReadAllFromTFRecord()
            | "Batch" >> beam.BatchElements(min_batch_size=_BATCH, max_batch_size=_BATCH)
            | "Rank"
            >> beam.ParDo(
                RankExamples(model_dir, share, settings.exclude_seen, files.examples, sasrec_dir),
                beam.pvalue.AsSingleton(learned),
            )
            | "One" >> beam.MapTuple(lambda key, ranked: (key, (ranked[0], ranked[1], 1)))
            | "ByUser" >> beam.CombinePerKey(_summed)  # type: ignore[arg-type]
            | "Gather" >> beam.combiners.ToList()
            | "Write" >> beam.Map(functools.partial(_write, output_dir, ranked_by, share))
        )
    return read_comparison(output_dir)


class _Learn:
    """Learns the rules, on a worker."""

    def __init__(self, files: ComparedFiles, rules: Sequence[str]):
        self._files, self._rules = files, rules

    def __call__(self, _: None) -> tuple[ItemFeatures, list[Rule]]:
        catalogue = read_item_features(self._files.catalogue)
        return catalogue, learned_rules(self._rules, catalogue, read_training_log(self._files.train, catalogue))


def _summed(gained: Iterable[_Summed]) -> _Summed:
    gains, repeats, examples = zip(*gained, strict=True) if (gained := list(gained)) else ((), (), ())
    return sum(gains, np.zeros(())), sum(repeats), sum(examples)


def _write(
    output_dir: str,
    settings: ComparisonSettings,
    share: float,
    users: list[tuple[tuple[str, str, bytes], _Summed]],
) -> None:
    # Beam gathers in any order, and the draws of users are to be the same each time.
    users.sort(key=lambda each: each[0])
    found: dict[str, Any] = {METRIC: settings.metric, MARGIN: settings.margin}
    for scope in (AMONG_CANDIDATES, AMONG_ALL):
        found[scope] = {}
        for surface in settings.surfaces:
            of_users = [summed for (place, name, _), summed in users if (place, name) == (scope, surface)]
            if of_users:
                found[scope][surface] = _compared(scope, surface, of_users, settings)
    examples, repeats = (sum(each[name] for each in found[AMONG_ALL].values()) for name in (EXAMPLES, REPEATS))
    found[SAMPLE] = f"{_sample(share, examples)} {_among_which(settings.exclude_seen, repeats)}" if examples else ""
    reasons = [
        found[AMONG_CANDIDATES][surface][VERDICT]
        if surface in found[AMONG_CANDIDATES]
        else f"{surface}: the model could not be compared with rules, there is no example of it to evaluate"
        for surface in settings.surfaces
        if not found[AMONG_CANDIDATES].get(surface, {}).get(BEATEN)
    ]
    write_comparison(output_dir, found | {BLESSED: not reasons, REASONS: reasons})


def _compared(scope: str, surface: str, of_users: list[_Summed], settings: ComparisonSettings) -> dict[str, Any]:
    # Candidates are few, so that their hit rate at 100 would say nothing.
    names = [each.name for each in (rank_metrics() if scope == AMONG_CANDIDATES else METRICS)]
    columns = [place for place, each in enumerate(METRICS) if each.name in names]
    gains = np.stack([gains for gains, _, _ in of_users])[:, :, columns]
    counts = np.array([examples for _, _, examples in of_users])
    metrics = [METRICS[column] for column in columns]
    decides = metric_named(settings.metric)
    found = compared(surface, gains, counts, settings.rules, metrics, decides, settings.margin)
    return found | {REPEATS: sum(repeats for _, repeats, _ in of_users)}


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
