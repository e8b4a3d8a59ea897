"""The metrics inside TFMA, on Beam: named in an EvalConfig, fed by a SavedModel, sliced, compared with a baseline."""

import json
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from apache_beam.options.pipeline_options import PipelineOptions
from tensorflow_model_analysis.api import model_eval_lib
from tensorflow_model_analysis.proto import config_pb2

from schemas import features, signatures
from schemas.canonical_event import Surface
from tests.support.behaviour_examples import behaviour_example, write_examples

CANDIDATE, BASELINE = "candidate", "baseline"
CUT_OFFS = (1, 5, 10)
MARGIN = 0.1
PADDING_SCORE = 2.5


class NumberModel(tf.Module):
    """Candidates are numbers written out, and their scores are `sign` times these numbers.

    Where a batch holds longer lists, an example's scores end with a padding that is better than some real scores and
    worse than others.
    """

    def __init__(self, sign: dict[str, float]):
        super().__init__()
        self.sign = sign

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name=signatures.EXAMPLES)])
    def serve(self, examples):
        columns = tf.io.parse_example(
            examples,
            {
                features.CANDIDATES: tf.io.RaggedFeature(tf.string),
                features.SURFACE: tf.io.FixedLenFeature([], tf.string),
            },
        )
        candidates = columns[features.CANDIDATES]
        is_search = columns[features.SURFACE] == Surface.SEARCH.value
        sign = tf.where(is_search, self.sign[Surface.SEARCH], self.sign[Surface.RECOMMENDATION])
        numbers = candidates.with_flat_values(tf.strings.to_number(candidates.flat_values))
        return {signatures.SCORES: (numbers * sign[:, None]).to_tensor(default_value=PADDING_SCORE)}


def _save(folder: Path, recommendation: float, search: float) -> str:
    model = NumberModel({Surface.RECOMMENDATION: recommendation, Surface.SEARCH: search})
    tf.saved_model.save(model, str(folder), signatures={signatures.SERVING_DEFAULT: model.serve})
    return str(folder)


def _metric(name: str) -> config_pb2.MetricConfig:
    metric = config_pb2.MetricConfig(
        class_name="EvaluatorMetric",
        module="components.metrics.among_candidates.evaluator_metric",
        config=json.dumps({"name": name}),
    )
    if name == "ndcg_at_5":
        for surface in Surface:
            threshold = metric.per_slice_thresholds.add()
            threshold.slicing_specs.add(feature_values={features.SURFACE: surface.value})
            threshold.threshold.change_threshold.absolute.value = MARGIN
            threshold.threshold.change_threshold.direction = config_pb2.MetricDirection.HIGHER_IS_BETTER
    return metric


def _eval_config() -> config_pb2.EvalConfig:
    metrics = [
        *(_metric(f"hit_rate_at_{k}") for k in CUT_OFFS),
        *(_metric(f"ndcg_at_{k}") for k in CUT_OFFS),
        _metric("mrr"),
    ]
    return config_pb2.EvalConfig(
        model_specs=[
            config_pb2.ModelSpec(
                name=name,
                signature_name=signatures.SERVING_DEFAULT,
                label_key=features.LABELS,
                is_baseline=name == BASELINE,
            )
            for name in (CANDIDATE, BASELINE)
        ],
        slicing_specs=[config_pb2.SlicingSpec(), config_pb2.SlicingSpec(feature_keys=[features.SURFACE])],
        metrics_specs=[config_pb2.MetricsSpec(metrics=metrics)],
    )


def _evaluate(candidate: str, baseline: str, files: str, output: Path) -> None:
    eval_config = _eval_config()
    models = [
        model_eval_lib.default_eval_shared_model(eval_saved_model_path=path, model_name=name, eval_config=eval_config)
        for name, path in ((CANDIDATE, candidate), (BASELINE, baseline))
    ]
    model_eval_lib.run_model_analysis(
        models,
        eval_config=eval_config,
        data_location=files,
        output_path=str(output),
        pipeline_options=PipelineOptions(["--direct_running_mode=in_memory"]),
    )


def _results(output: Path, model_name: str) -> dict[tuple, dict[str, float]]:
    evaluation = model_eval_lib.load_eval_result(str(output), model_name=model_name)
    return {
        slice_key: {name: value["doubleValue"] for name, value in metrics[""][""].items()}
        for slice_key, metrics in evaluation.slicing_metrics
    }


def _blessed(output: Path) -> bool:
    return model_eval_lib.load_validation_result(str(output)).validation_ok


def _brute_force(rows: list[tuple[list[float], int]]) -> dict[str, float]:
    ranks = []
    for scores, positive in rows:
        others = scores[:positive] + scores[positive + 1 :]
        ranks.append(1 + sum(other >= scores[positive] for other in others))
    ranks = np.array(ranks)
    return {
        **{f"hit_rate_at_{k}": float(np.mean(ranks <= k)) for k in CUT_OFFS},
        **{f"ndcg_at_{k}": float(np.mean(np.where(ranks <= k, 1 / np.log2(ranks + 1), 0.0))) for k in CUT_OFFS},
        "mrr": float(np.mean(1 / ranks)),
    }


@pytest.fixture(scope="module")
def models(tmp_path_factory) -> dict[str, str]:
    """Named by what they do to the numbers: up is good in the tests of blessing, where the positive is largest."""
    folder = tmp_path_factory.mktemp("models")
    return {
        "up": _save(folder / "up", recommendation=1.0, search=1.0),
        "down": _save(folder / "down", recommendation=-1.0, search=-1.0),
        "up in recommendation": _save(folder / "half", recommendation=1.0, search=-1.0),
    }


def test_agrees_with_brute_force_on_every_slice_and_for_both_models(tmp_path, models):
    rng = np.random.default_rng(11)
    rows: dict[Surface, list[tuple[list[float], int]]] = {surface: [] for surface in Surface}
    for file in range(3):  # Several files and lists of unequal length, so that bundles and batches are mixed.
        examples = []
        for _ in range(40):
            surface = Surface.SEARCH if rng.random() < 0.3 else Surface.RECOMMENDATION
            scores = rng.integers(0, 6, rng.integers(2, 16)).astype(float).tolist()  # Few values: many ties.
            positive = int(rng.integers(len(scores)))
            rows[surface].append((scores, positive))
            examples.append(behaviour_example([str(score) for score in scores], positive, surface))
        write_examples(tmp_path / f"examples-{file}.gz", examples)
    _evaluate(models["up"], models["down"], str(tmp_path / "examples-*.gz"), tmp_path / "evaluation")
    for model_name, sign in ((CANDIDATE, 1.0), (BASELINE, -1.0)):
        results = _results(tmp_path / "evaluation", model_name)
        slices = {(): list(Surface), **{((features.SURFACE, each.value),): [each] for each in Surface}}
        assert set(results) == set(slices)
        for slice_key, surfaces in slices.items():
            scored = [([sign * s for s in scores], place) for each in surfaces for scores, place in rows[each]]
            expected = _brute_force(scored)
            got = {name: results[slice_key][name] for name in expected}
            assert got == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("candidate", "baseline", "blessed"),
    [("up", "down", True), ("up in recommendation", "down", False), ("up", "up", False)],
    ids=["better on both surfaces", "better on one surface", "equal"],
)
def test_blessing_needs_to_beat_the_baseline_on_each_surface(tmp_path, models, candidate, baseline, blessed):
    write_examples(
        tmp_path / "examples.gz", [behaviour_example(["3", "2", "1"], 0, surface) for surface in Surface for _ in "12"]
    )
    _evaluate(models[candidate], models[baseline], str(tmp_path / "examples.gz"), tmp_path / "evaluation")
    assert _blessed(tmp_path / "evaluation") is blessed
