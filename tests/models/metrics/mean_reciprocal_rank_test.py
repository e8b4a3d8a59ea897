import numpy as np

from models.metrics.mean_reciprocal_rank import MeanReciprocalRank


def test_mean_of_one_over_the_rank():
    metric = MeanReciprocalRank()
    logits = np.array([[9, 1, 2], [5, 9, 1], [1, 2, 3]], "float32")
    metric.update_state(np.eye(3, dtype="float32")[[0, 0, 0]], logits)
    assert metric.name == "mrr"
    np.testing.assert_allclose(metric.result(), (1 + 1 / 2 + 1 / 3) / 3, rtol=1e-6)
