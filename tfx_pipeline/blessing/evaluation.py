"""The Evaluator's configuration: what it measures, and when it blesses a model."""

import json
from collections.abc import Sequence

import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.proto import config_pb2

from components.metrics.among_candidates.evaluator_metric import EvaluatorMetric
from schemas import features, signatures
from schemas.rank_metrics import rank_metrics
from tfx_pipeline.config.pipeline_config import EvaluationConfig
from tfx_pipeline.config.training_config import BOTH_SURFACES

CANDIDATE = "candidate"
BASELINE = "baseline"
"""TFX gives the two models these names."""


def eval_config(config: EvaluationConfig, surfaces: Sequence[str] = BOTH_SURFACES) -> tfma.EvalConfig:
    """Makes the configuration: all ranking metrics, by surface and, if the model serves both surfaces, overall.

    The model is blessed if, on each of its surfaces, `config.metric` is better than the baseline's by at least
    `config.margin`.

    Args:
        config: Names the metric that decides, and the margin.
        surfaces: The surfaces that the model serves. Examples of other surfaces are left out.
    """
    metrics = {metric.name: _metric(metric.name, metric.name == config.metric) for metric in rank_metrics()}
    metrics[config.metric].per_slice_thresholds.extend(_better_by(config.margin, surface) for surface in surfaces)
    return config_pb2.EvalConfig(
        model_specs=[
            _model_spec(CANDIDATE),
            _model_spec(BASELINE, is_baseline=True),
        ],
        slicing_specs=_slices(surfaces),
        metrics_specs=[config_pb2.MetricsSpec(metrics=metrics.values())],
    )


def _metric(name: str, decides: bool) -> config_pb2.MetricConfig:
    return config_pb2.MetricConfig(
        class_name=EvaluatorMetric.__name__,
        module=EvaluatorMetric.__module__,
        config=json.dumps({"name": name, **({"always": True} if decides else {})}),
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
