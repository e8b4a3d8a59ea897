import numpy as np

from models.metrics.ndcg import NDCG


def test_discount_by_rank_within_k():
    metric = NDCG(2)
    # The first candidate is the positive; its ranks are 1, 2 and 3.
    logits = np.array([[9, 1, 2], [5, 9, 1], [1, 2, 3]], "float32")
    metric.update_state(np.eye(3, dtype="float32")[[0, 0, 0]], logits)
    assert metric.name == "ndcg_at_2"
    np.testing.assert_allclose(metric.result(), (1 + 1 / np.log2(3) + 0) / 3, rtol=1e-6)
    assert NDCG.from_config(metric.get_config()).k == 2
