import keras
import numpy as np
import pytest

from tests.support import small_models
from tests.support.event_logs import scalars_of, tags_of
from tfx_pipeline.training.event_logs.event_writers import EventWriters
from tfx_pipeline.training.event_logs.weight_logs import WeightLogs, histograms, learned_numbers, weight_norms


class Two(keras.Model):
    """A layer of norm 13, and a number of its own."""

    def __init__(self):
        super().__init__()
        self.first = keras.layers.Dense(1, name="first")
        self.first.build((None, 2))
        self.first.set_weights([np.array([[3.0], [4.0]]), np.array([12.0])])
        self.share = self.add_weight(name="share", shape=(), initializer="ones")
        self.fixed = self.add_weight(name="fixed", shape=(), initializer="ones", trainable=False)
        self.built = True


def test_norms_are_by_layer_of_what_is_learned():
    found = weight_norms(Two())
    assert found == pytest.approx({"weight_norm/all": 170**0.5, "weight_norm/first": 13.0, "weight_norm/share": 1.0})


def test_single_numbers_that_are_learned_are_told():
    assert learned_numbers(Two()) == {"learned/share": 1.0}


def test_temperatures_are_told_by_contrast_as_they_act():
    model = small_models.unisar(query_item_temperature=0.25, history_alignment_temperature=0.5)
    contrasts = {"query_item": 0.25, "recommendation_alignment": 0.5, "search_alignment": 0.5}
    assert learned_numbers(model) == {f"temperature/{name}": value for name, value in contrasts.items()}
    model.contrasts.query_item.learned_temperature.assign(-3.0)
    # The layer takes no lower one.
    assert learned_numbers(model)["temperature/query_item"] == 0.001
    assert "temperature/query_item" not in learned_numbers(small_models.unisar(query_item_contrast=False))


def test_they_are_written_by_epoch(tmp_path):
    callback = WeightLogs(EventWriters(str(tmp_path)))
    model = Two()
    callback.set_model(model)
    callback.on_epoch_end(0)
    model.share.assign(0.5)
    callback.on_epoch_end(1)
    found = scalars_of(tmp_path / "train")
    assert found["learned/share"] == [(1, 1.0), (2, 0.5)]
    assert found["weight_norm/first"] == [(1, 13.0), (2, 13.0)]
    assert tags_of(tmp_path / "train")["weights/first/kernel"] == "histograms"


def test_histograms_are_of_matrices_and_tables_and_of_large_ones_a_part():
    model = Two()
    assert {tag: values.tolist() for tag, values in histograms(model).items()} == {"weights/first/kernel": [3.0, 4.0]}
    # 2 values of 2 rows, where one is enough: the first row.
    assert histograms(model, most=1)["weights/first/kernel"].tolist() == [3.0]
    tags = histograms(small_models.unisar())
    assert "weights/embedding/items/id_embedding" in tags and not any(tag.endswith("bias") for tag in tags)
