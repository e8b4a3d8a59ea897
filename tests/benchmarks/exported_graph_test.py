"""The comparison, of models of a line each. Generating a real one takes as long as all other tests of this room."""

from types import SimpleNamespace

import pytest
import tensorflow as tf

from benchmarks import exported_graph
from benchmarks.workloads import generated_model
from benchmarks.workloads.generated_model import GeneratedModel
from schemas import features
from tests.support.rank_models import save_rank_model


def logits(candidates):
    return 0.1 * tf.cast(tf.strings.length(candidates), tf.float32)


def transform(raw):
    candidates = tf.sparse.to_dense(raw[features.CANDIDATES], "")
    return {features.CANDIDATE_ITEMS: tf.strings.length(candidates), "names": candidates}


def keras_model(difference=0.0):
    return SimpleNamespace(score=lambda inputs: logits(inputs["names"]) + difference)


@pytest.fixture(scope="module")
def base_path(tmp_path_factory):
    base_path = tmp_path_factory.mktemp("exported")
    save_rank_model(base_path / generated_model.VERSION, None, lambda candidates: tf.sigmoid(logits(candidates)))
    return base_path


def test_equal_scores_and_their_times(base_path):
    rows = exported_graph.compare(GeneratedModel(base_path, keras_model(), transform), steps=2)
    assert [row["question"] for row in rows] == ["rank 100", "rank 1000"]
    for row in rows:
        assert row["largest_difference"] <= 1e-6
        assert abs(row["exported_to_keras"] - row["exported_ms"] / row["keras_ms"]) < 1e-9


def test_other_scores_are_found_out(base_path):
    # A logit that is off by 0.001 moves a probability by about a fifth of that.
    with pytest.raises(AssertionError, match="rank 100: scores differ by 0.0002"):
        exported_graph.compare(GeneratedModel(base_path, keras_model(0.001), transform), steps=1)
