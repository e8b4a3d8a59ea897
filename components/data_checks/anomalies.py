"""Compares statistics by TensorFlow Data Validation, and turns anomalies into findings."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import tensorflow_data_validation as tfdv
from tensorflow_metadata.proto.v0 import anomalies_pb2, schema_pb2

from components.data_checks.finding import Finding
from schemas.behaviour_schema import SERVING

Statistics = Any
"""A `DatasetFeatureStatisticsList`; type checkers see none of the proto's classes as types."""
_DISTANCES = (
    anomalies_pb2.AnomalyInfo.COMPARATOR_L_INFTY_HIGH,
    anomalies_pb2.AnomalyInfo.COMPARATOR_JENSEN_SHANNON_DIVERGENCE_HIGH,
)


def described(
    anomalies_by_split: Mapping[str, anomalies_pb2.Anomalies], allowed: Collection[str] = ()
) -> Iterator[Finding]:
    """Turns anomalies into findings.

    Args:
        anomalies_by_split: What TFX's ExampleValidator, `drift` and `skew` found.
        allowed: Features whose anomalies do not end the run.
    """
    for split, anomalies in sorted(anomalies_by_split.items()):
        for reason in anomalies.dataset_anomaly_info.reason:
            yield Finding(split, "", reason.short_description, reason.description, is_allowed=False)
        for feature, anomaly in sorted(anomalies.anomaly_info.items()):
            for reason in anomaly.reason:
                yield Finding(split, feature, reason.short_description, reason.description, feature in allowed)


def drift(
    statistics: Statistics, previous: Statistics, schema: schema_pb2.Schema, threshold: float, split: str
) -> dict[str, anomalies_pb2.Anomalies]:
    """Finds features that drifted from the previous span, as anomalies of the split `<split> since the last span`."""
    compared = _with_comparators(schema, threshold, "drift_comparator")
    found = tfdv.validate_statistics(statistics, compared, previous_statistics=previous)
    return {f"{split} since the last span": _distances_alone(found)}


def skew(
    statistics: Statistics, requests: Statistics, schema: schema_pb2.Schema, threshold: float, split: str
) -> dict[str, anomalies_pb2.Anomalies]:
    """Finds features that differ from those of requests, as anomalies of the split `<split> beside requests`."""
    compared = _with_comparators(schema, threshold, "skew_comparator")
    found = tfdv.validate_statistics(statistics, compared, serving_statistics=requests)
    return {f"{split} beside requests": _distances_alone(found)}


def _with_comparators(schema: schema_pb2.Schema, threshold: float, comparator: str) -> schema_pb2.Schema:
    """Adds a threshold to each feature that requests have. Those that they lack (time, label) are not compared."""
    result = schema_pb2.Schema()
    result.CopyFrom(schema)
    for feature in result.feature:
        if SERVING in feature.not_in_environment:
            continue
        limits = getattr(feature, comparator)
        if feature.type == schema_pb2.BYTES:
            limits.infinity_norm.threshold = threshold
        else:
            limits.jensen_shannon_divergence.threshold = threshold
    return result


def _distances_alone(anomalies: anomalies_pb2.Anomalies) -> anomalies_pb2.Anomalies:
    """Keeps only distances between statistics. ExampleValidator already reports what breaks the schema."""
    result = anomalies_pb2.Anomalies()
    for feature, anomaly in anomalies.anomaly_info.items():
        reasons = [reason for reason in anomaly.reason if reason.type in _DISTANCES]
        if reasons:
            result.anomaly_info[feature].reason.extend(reasons)
    return result
