import keras
import numpy as np

from models.metrics.surface_ranking import SurfaceRanking
from schemas.canonical_event import Surface
from tests.support.small_models import ranking_names


class Ranker(SurfaceRanking, keras.Model):
    def __init__(self):
        super().__init__()
        self.create_ranking_metrics()


LABELS = np.array([[1.0, 0.0, 0.0], [1.0, 0.0, 0.0]], "float32")
# The positive is first, then third.
LOGITS = np.array([[3.0, 2.0, 1.0], [1.0, 2.0, 3.0]], "float32")


def test_each_surface_and_their_mean():
    ranker = Ranker()
    labels = {"recommendation": LABELS, "search": LABELS[:1]}
    ranker.update_ranking_metrics(labels, {"recommendation": LOGITS, "search": LOGITS[:1]})
    results = {name: float(value) for name, value in ranker.get_metrics_result().items()}
    assert results["hit_rate_at_1_recommendation"] == 0.5
    assert results["hit_rate_at_1_search"] == 1
    assert results["hit_rate_at_1"] == 0.75
    np.testing.assert_allclose(results["mrr_recommendation"], (1 + 1 / 3) / 2, rtol=1e-5)
    assert set(results) == ranking_names() | {"loss"}


def test_a_surface_without_rows_is_left_out_of_the_mean_and_training_steps_rank_nothing():
    ranker = Ranker()
    ranker.update_ranking_metrics({"search": LABELS}, {"search": LOGITS})
    assert float(ranker.get_metrics_result()["hit_rate_at_1"]) == 0.5
    assert len(ranker.metrics) == 1 + 2 * (4 + 3 + 1 + 1)
    ranker = Ranker()
    ranker.begin_step({}, training=True)
    ranker.update_ranking_metrics({"search": LABELS}, {"search": LOGITS})
    assert set(ranker.get_metrics_result()) == {"loss"}
    ranker.begin_step({}, training=False)
    assert float(ranker.get_metrics_result()["hit_rate_at_1"]) == 0


def test_the_loss_is_the_mean_over_all_rows_whichever_surface_they_are_of():
    ranker = Ranker()
    ranker.count_loss(4.0, {"recommendation": LABELS[:0], "search": LABELS})
    ranker.count_loss(1.0, {"recommendation": LABELS[:1], "search": LABELS[:0]})
    assert float(ranker.get_metrics_result()["loss"]) == (2 * 4 + 1) / 3


def test_the_joint_loss_is_told_by_surface_and_is_the_sum():
    class Lossy(Ranker):
        def loss_terms(self, x, y, y_pred, sample_weight, training):
            return [(Surface.SEARCH, 1.0), (None, 8.0), (Surface.RECOMMENDATION, 2.0), (Surface.SEARCH, x)]

    ranker, labels = Lossy(), {"recommendation": LABELS, "search": LABELS}
    parts = ranker.loss_by_part(4.0, labels, {})
    assert parts == {Surface.SEARCH: 5.0, None: 8.0, Surface.RECOMMENDATION: 2.0}
    assert not ranker.ranks_candidates
    assert ranker.compute_loss(4.0, labels, {}, training=False) == 15.0
    assert ranker.ranks_candidates
    assert float(ranker.get_metrics_result()["loss"]) == 15.0
