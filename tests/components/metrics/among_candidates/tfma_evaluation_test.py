"""The metrics inside TFMA, on Beam, by the EvalConfig of the pipeline: sliced, and compared with a baseline."""

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from apache_beam.options.pipeline_options import PipelineOptions
from tensorflow_model_analysis.api import model_eval_lib

from schemas import features
from schemas.canonical_event import Surface
from tests.support.behaviour_examples import behaviour_example, write_examples
from tests.support.rank_models import save_rank_model
from tfx_pipeline.blessing.evaluation import BASELINE, CANDIDATE, eval_config
from tfx_pipeline.config.pipeline_config import EvaluationConfig

CUT_OFFS = (1, 5)
"""10 is more than half of the longest list, which has 15 candidates."""
PADDING_SCORE = "2.5"
"""Better than some real scores and worse than others."""


def _save(folder: Path, sign: float) -> str:
    """Saves a model of candidates that are numbers written out; their scores are `sign` times these."""

    def score(candidates):
        return sign * tf.strings.to_number(tf.where(tf.equal(candidates, ""), PADDING_SCORE, candidates))

    return save_rank_model(folder, serving_default=score)


def _evaluate(candidate: str, baseline: str, files: str, output: Path) -> None:
    config = eval_config(EvaluationConfig(metric="ndcg_at_5", margin=0.1))
    models = [
        model_eval_lib.default_eval_shared_model(eval_saved_model_path=path, model_name=name, eval_config=config)
        for name, path in ((CANDIDATE, candidate), (BASELINE, baseline))
    ]
    model_eval_lib.run_model_analysis(
        models,
        eval_config=config,
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


def _brute_force(rows: list[tuple[list[float], int]]) -> dict[str, float]:
    ranks = []
    for scores, positive in rows:
        others = scores[:positive] + scores[positive + 1 :]
        ranks.append(1 + sum(other >= scores[positive] for other in others))
    ranks = np.array(ranks)
    return {
        **{f"hit_rate_at_{k}": float(np.mean(ranks <= k)) for k in CUT_OFFS},
        "ndcg_at_5": float(np.mean(np.where(ranks <= 5, 1 / np.log2(ranks + 1), 0.0))),
        "mrr": float(np.mean(1 / ranks)),
    }


@pytest.fixture(scope="module")
def models(tmp_path_factory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("models")
    return {"up": _save(folder / "up", 1.0), "down": _save(folder / "down", -1.0)}


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
            got = {name: value for name, value in results[slice_key].items() if not name.endswith("_diff")}
            got.pop("example_count", None)
            assert got == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("candidate", "searched", "blessed"),
    [("up", "3", True), ("up", "1", False), ("down", "3", False)],
    ids=["better on both surfaces", "better on one surface", "equal"],
)
def test_blessing_needs_to_beat_the_baseline_on_each_surface(tmp_path, models, candidate, searched, blessed):
    positives = {Surface.RECOMMENDATION: "3", Surface.SEARCH: searched}
    write_examples(
        tmp_path / "examples.gz",
        [behaviour_example("321", "321".index(item), surface) for surface, item in positives.items() for _ in "12"],
    )
    _evaluate(models[candidate], models["down"], str(tmp_path / "examples.gz"), tmp_path / "evaluation")
    assert model_eval_lib.load_validation_result(str(tmp_path / "evaluation")).validation_ok is blessed
