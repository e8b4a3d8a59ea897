"""Each metric worked out by hand, and that those who measure measure all of them."""

import itertools
import math
from collections import Counter

import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics

from schemas import rank_metrics
from schemas.rank_metrics import (
    NDCG,
    NOT_FOUND,
    HitRate,
    MeanReciprocalRank,
    MeanReciprocalRankWithin,
    RankMetric,
    metric_named,
    tells,
)

MRR_AT_10 = MeanReciprocalRankWithin(10)


@pytest.mark.parametrize(
    ("metric", "rank", "gain"),
    [
        (HitRate(2), 1, 1.0),
        (HitRate(2), 2, 1.0),
        (HitRate(2), 3, 0.0),
        (NDCG(3), 1, 1.0),  # 1 / log2(2)
        (NDCG(3), 3, 0.5),  # 1 / log2(4)
        (NDCG(3), 4, 0.0),
        (MeanReciprocalRankWithin(4), 1, 1.0),
        (MeanReciprocalRankWithin(4), 4, 0.25),
        (MeanReciprocalRankWithin(4), 5, 0.0),
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
    assert [(metric.name, metric.label) for metric in (HitRate(5), NDCG(10), MRR_AT_10, MeanReciprocalRank())] == [
        ("hit_rate_at_5", "HR@5"),
        ("ndcg_at_10", "NDCG@10"),
        ("mrr_at_10", "MRR@10"),
        ("mrr", "MRR"),
    ]
    for metric in (*rank_metrics.rank_metrics(), HitRate(100), NDCG(3), MeanReciprocalRankWithin(3)):
        assert metric_named(metric.name) == metric


@pytest.mark.parametrize("name", ["", "recall_at_5", "ndcg", "ndcg_at_", "ndcg_at_x", "mrr_at_x", "mrr_at_", "NDCG@5"])
def test_a_name_that_there_is_not(name):
    with pytest.raises(ValueError, match=f"no ranking metric {name!r}; there are hit_rate_at_1, .*, mrr, and these at"):
        metric_named(name)


def test_cut_offs_that_mean_nothing():
    for kind in (HitRate, NDCG, MeanReciprocalRankWithin):
        with pytest.raises(ValueError, match="`k` should be at least 1. Received: k=0"):
            kind(0)
    with pytest.raises(ValueError, match="MRR has no cut-off. Received: k=5"):
        MeanReciprocalRank(5)


@pytest.mark.parametrize("k", [1, 3, 10])
def test_with_one_positive_recall_precision_and_map_are_these_numbers(k):
    """By scikit-learn, on 40 lists of 12 items with one positive each."""
    rng = np.random.default_rng(5)
    scores = np.stack([rng.permutation(12) for _ in range(40)]).astype(float)
    labels = np.eye(12)[rng.integers(0, 12, 40)]
    ranks = 1 + np.sum(scores > np.sum(scores * labels, axis=1, keepdims=True), axis=1)
    within = np.where(np.argsort(np.argsort(-scores, axis=1), axis=1) < k, 1.0, 0.0)
    counts = Counter(ranks.tolist())
    both = list(zip(labels, within, scores, strict=True))
    recall = np.mean([sklearn_metrics.recall_score(label, first) for label, first, _ in both])
    precision = np.mean([sklearn_metrics.precision_score(label, first) for label, first, _ in both])
    assert HitRate(k).mean(counts) == pytest.approx(recall) == pytest.approx(k * precision)
    assert NDCG(k).mean(counts) == pytest.approx(sklearn_metrics.ndcg_score(labels, scores, k=k))
    # Within the first k, scikit-learn's average precision is that of a list cut off there; 0 without the positive.
    averages = [
        sklearn_metrics.average_precision_score(label[first > 0], score[first > 0]) if label @ first else 0.0
        for label, first, score in both
    ]
    assert MeanReciprocalRankWithin(k).mean(counts) == pytest.approx(np.mean(averages))
    assert MeanReciprocalRank().mean(counts) == pytest.approx(
        sklearn_metrics.label_ranking_average_precision_score(labels, scores)
    )
    if k == 1:
        assert HitRate(1).mean(counts) == NDCG(1).mean(counts) == MeanReciprocalRankWithin(1).mean(counts)


def test_no_listed_metric_is_another_one_s_number():
    """Of two metrics some rank has other gains."""
    ranks = np.arange(1, 200)
    gains = [metric.gain(ranks, np) for metric in rank_metrics.rank_metrics(rank_metrics.CATALOGUE_CUTOFFS)]
    assert len(gains) == 6 + 5 + 1 + 1
    assert not any(np.array_equal(first, second) for first, second in itertools.combinations(gains, 2))


def test_names_in_the_order_of_tables():
    names = ["mrr", "hit_rate_at_100", "ndcg_at_5", "hit_rate_at_20", "mrr_at_10", "hit_rate_at_20"]
    assert rank_metrics.in_order(names) == ["hit_rate_at_20", "hit_rate_at_100", "ndcg_at_5", "mrr_at_10", "mrr"]


def test_a_cut_off_says_something_up_to_half_of_the_list():
    assert [tells(HitRate(10), items) for items in (10, 19, 20, 21)] == [False, False, True, True]
    assert not tells(HitRate(100), 100) and not tells(HitRate(100), 101) and tells(MeanReciprocalRank(), 2)


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
