"""What the Evaluator measures, and when it blesses."""

import json
from collections.abc import Sequence

import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.proto import config_pb2

from schemas import features, signatures
from tfx_pipeline.configs import EvaluationConfig
from tfx_pipeline.training_config import BOTH_SURFACES

CANDIDATE = "candidate"
BASELINE = "baseline"
"""TFX names the two models so."""
CUTOFFS = (1, 5, 10)
_METRICS_ROOM = "components.ranking_metrics"


def eval_config(config: EvaluationConfig, surfaces: Sequence[str] = BOTH_SURFACES) -> tfma.EvalConfig:
    """The Evaluator's configuration: all ranking metrics, by surface and, of a model of both, overall.

    The model is blessed when, on each of its surfaces, `config.metric` is better than the baseline's by at least
    `config.margin`.

    Args:
        config: What decides.
        surfaces: Those that the model serves; examples of others are left out.
    """
    metrics = [
        *(_metric("hit_rate", "HitRate", k=k) for k in CUTOFFS),
        *(_metric("ndcg", "Ndcg", k=k) for k in CUTOFFS),
        _metric("mean_reciprocal_rank", "MeanReciprocalRank"),
    ]
    by_name = {json.loads(metric.config)["name"]: metric for metric in metrics}
    by_name[config.metric].per_slice_thresholds.extend(_better_by(config.margin, surface) for surface in surfaces)
    return config_pb2.EvalConfig(
        model_specs=[
            _model_spec(CANDIDATE),
            _model_spec(BASELINE, is_baseline=True),
        ],
        slicing_specs=_slices(surfaces),
        metrics_specs=[config_pb2.MetricsSpec(metrics=metrics)],
    )


def _metric(name: str, class_name: str, **arguments: int) -> config_pb2.MetricConfig:
    """One metric of `components.ranking_metrics`, in the file `name`."""
    full_name = f"{name}_at_{arguments['k']}" if arguments else "mrr"
    return config_pb2.MetricConfig(
        class_name=class_name, module=f"{_METRICS_ROOM}.{name}", config=json.dumps({**arguments, "name": full_name})
    )


def _slices(surfaces: Sequence[str]) -> list[config_pb2.SlicingSpec]:
    if set(surfaces) == set(BOTH_SURFACES):
        return [config_pb2.SlicingSpec(), config_pb2.SlicingSpec(feature_keys=[features.SURFACE])]
    return [config_pb2.SlicingSpec(feature_values={features.SURFACE: surface}) for surface in surfaces]


def _better_by(margin: float, surface: str) -> config_pb2.PerSliceMetricThreshold:
    return config_pb2.PerSliceMetricThreshold(
        slicing_specs=[config_pb2.SlicingSpec(feature_values={features.SURFACE: surface})],
        threshold=config_pb2.MetricThreshold(
            change_threshold=config_pb2.GenericChangeThreshold(
                direction=config_pb2.MetricDirection.HIGHER_IS_BETTER, absolute={"value": margin}
            )
        ),
    )


def _model_spec(name: str, is_baseline: bool = False) -> config_pb2.ModelSpec:
    return config_pb2.ModelSpec(
        name=name,
        signature_name=signatures.SERVING_DEFAULT,
        label_key=features.LABELS,
        is_baseline=is_baseline,
    )
