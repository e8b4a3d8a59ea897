import numpy as np
import pytest

from models.metrics.ranking_metric import RankingMetric, positive_ranks

LABELS = np.array([[0.0, 1.0, 0.0, 0.0]], "float32")


@pytest.mark.parametrize(
    ("logits", "rank"),
    [
        ([0.1, 0.9, 0.2, 0.3], 1),
        ([0.1, 0.2, 0.2, 0.3], 3),  # behind 0.3, and the tie counts against it
        ([0.5, 0.5, 0.5, 0.5], 4),
        ([0.1, -5.0, -1e9, -1e9], 2),  # padding is behind everything
        ([np.nan, 0.9, 0.2, 0.3], 2),
        ([0.1, np.nan, 0.2, 0.3], 4),
    ],
)
def test_rank_of_the_positive(logits, rank):
    ranks, weights = positive_ranks(LABELS, np.array([logits], "float32"))
    assert float(ranks[0]) == rank
    assert float(weights[0]) == 1.0


@pytest.mark.parametrize(
    ("name", "value"),
    # The first candidate is the positive; its ranks are 1, 2, 3 and 3 (a tie).
    [
        ("hit_rate_at_2", 2 / 4),
        ("ndcg_at_2", (1 + 1 / np.log2(3)) / 4),
        ("mrr", (1 + 1 / 2 + 1 / 3 + 1 / 3) / 4),
    ],
)
def test_each_metric(name, value):
    metric = RankingMetric(name)
    logits = np.array([[9, 1, 2], [5, 9, 1], [1, 2, 3], [1, 1, 1]], "float32")
    metric.update_state(np.eye(3, dtype="float32")[[0, 0, 0, 0]], logits)
    assert metric.name == name
    np.testing.assert_allclose(metric.result(), value, rtol=1e-6)
    again = RankingMetric.from_config(metric.get_config())
    assert (again.name, again.metric) == (name, metric.metric)


def test_mean_over_rows_and_batches():
    metric = RankingMetric("mrr")
    assert float(metric.result()) == 0.0
    metric.update_state(LABELS, np.array([[1.0, 0.0, -1.0, -2.0]], "float32"))
    metric.update_state(np.zeros((1, 4), "float32"), np.zeros((1, 4), "float32"))
    metric.update_state(np.zeros((0, 4), "float32"), np.zeros((0, 4), "float32"))
    metric.update_state(
        np.repeat(LABELS, 2, axis=0), np.array([[3.0, 0.0, 1.0, 2.0], [0.0, 1.0, 0.0, 0.0]], "float32"), [1.0, 2.0]
    )
    # Rank 2 once, rank 4 once, rank 1 with the weight of two rows.
    np.testing.assert_allclose(metric.result(), (1 / 2 + 1 / 4 + 2 * 1) / 4, rtol=1e-6)
    assert float(metric.rows) == 4.0
    metric.reset_state()
    assert float(metric.rows) == 0.0
