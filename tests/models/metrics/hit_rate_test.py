import numpy as np

from models.metrics.hit_rate import HitRate


def test_share_of_rows_within_k():
    metric = HitRate(2)
    # The first candidate is the positive; its ranks are 1, 2, 3 and 3 (a tie).
    logits = np.array([[9, 1, 2], [5, 9, 1], [1, 2, 3], [1, 1, 1]], "float32")
    metric.update_state(np.eye(3, dtype="float32")[[0, 0, 0, 0]], logits)
    assert metric.name == "hit_rate_at_2"
    assert float(metric.result()) == 0.5
    assert HitRate.from_config(metric.get_config()).k == 2
