"""Each metric worked out by hand, and that those who measure measure all of them."""

import math
from collections import Counter

import numpy as np
import pytest

from schemas import rank_metrics
from schemas.rank_metrics import NDCG, NOT_FOUND, HitRate, MeanReciprocalRank, RankMetric, metric_named


@pytest.mark.parametrize(
    ("metric", "rank", "gain"),
    [
        (HitRate(2), 1, 1.0),
        (HitRate(2), 2, 1.0),
        (HitRate(2), 3, 0.0),
        (NDCG(3), 1, 1.0),  # 1 / log2(2)
        (NDCG(3), 3, 0.5),  # 1 / log2(4)
        (NDCG(3), 4, 0.0),
        (MeanReciprocalRank(), 1, 1.0),
        (MeanReciprocalRank(), 4, 0.25),
        (MeanReciprocalRank(), 1000, 0.001),
    ],
)
def test_what_a_rank_is_worth(metric, rank, gain):
    assert metric.gain(rank, np) == gain
    assert metric.gain(np.array([[rank, 1]]), np).tolist() == [[gain, 1.0]]
    assert metric.mean({rank: 7}) == gain


def test_the_mean_weighs_each_rank_by_its_examples():
    # Two examples at rank 1 and one at rank 4: (2 · 1/1 + 1/4) / 3
    assert MeanReciprocalRank().mean(Counter({1: 2, 4: 1})) == pytest.approx(2.25 / 3)
    # Of four examples one is first; the positive of two is not known.
    assert HitRate(1).mean({1: 1, 2: 1, NOT_FOUND: 2}) == 0.25
    assert MeanReciprocalRank().mean({NOT_FOUND: 2}) == 0.0
    assert math.isnan(NDCG(5).mean({}))


def test_names():
    assert [(metric.name, metric.label) for metric in (HitRate(5), NDCG(10), MeanReciprocalRank())] == [
        ("hit_rate_at_5", "HR@5"),
        ("ndcg_at_10", "NDCG@10"),
        ("mrr", "MRR"),
    ]
    for metric in (*rank_metrics.rank_metrics(), HitRate(100), NDCG(3)):
        assert metric_named(metric.name) == metric


@pytest.mark.parametrize("name", ["", "recall_at_5", "ndcg", "ndcg_at_", "ndcg_at_x", "mrr_at_5", "mrr_at_", "NDCG@5"])
def test_a_name_that_there_is_not(name):
    with pytest.raises(ValueError, match=f"no ranking metric {name!r}; there are hit_rate_at_1, .*, mrr, and these at"):
        metric_named(name)


def test_cut_offs_that_mean_nothing():
    for kind in (HitRate, NDCG):
        with pytest.raises(ValueError, match="`k` should be at least 1. Received: k=0"):
            kind(0)
    with pytest.raises(ValueError, match="MRR has no cut-off. Received: k=5"):
        MeanReciprocalRank(5)


class FirstHalf(RankMetric):
    """Made up: 1 in the first half of a list of 100."""

    stem, title = "first_half", "First half"

    @classmethod
    def has_cutoff(cls):
        return False

    def gain(self, rank, xp):
        return xp.where(rank <= 50, 1.0, 0.0)


def test_a_new_metric_is_one_class_and_one_line(monkeypatch):
    """Whoever measures finds it: validation, the whole catalogue, made-up logs, and the settings that name it.

    `tests/tfx_pipeline/blessing/evaluation_test.py` has the Evaluator.
    """
    monkeypatch.setattr(rank_metrics, "_KINDS", (HitRate, NDCG, MeanReciprocalRank, FirstHalf))
    from components.synthetic_log.truth.truth_report import metrics
    from models.metrics.ranking_metric import RankingMetric
    from tfx_pipeline.config.pipeline_config import EvaluationConfig

    assert metrics(np.array([3] + [0] * 59 + [1]))["first_half"]["mean"] == 0.75
    assert EvaluationConfig(metric="first_half").metric == "first_half"
    validated = RankingMetric("first_half")
    validated.update_state([[1.0, 0.0]], [[0.1, 0.9]])
    assert (validated.name, float(validated.result())) == ("first_half", 1.0)
