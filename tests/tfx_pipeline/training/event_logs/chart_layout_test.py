import re

import tensorflow as tf
from tensorboard.plugins.custom_scalar import layout_pb2, metadata

from tests.support import small_models
from tests.support.event_logs import scalars_of
from tfx_pipeline.training.event_logs.chart_layout import write_layout
from tfx_pipeline.training.event_logs.event_writers import EventWriters
from tfx_pipeline.training.event_logs.gradient_norms import watched_gradients
from tfx_pipeline.training.event_logs.step_logs import StepLogs
from tfx_pipeline.training.event_logs.tags import tag_of
from tfx_pipeline.training.event_logs.weight_logs import WeightLogs


def written(folder):
    """The charts of a layout, by group and title: their regular expressions."""
    write_layout(EventWriters(str(folder)))
    (file,) = folder.glob("events.out.tfevents.*")
    (value,) = (
        value
        for event in tf.compat.v1.train.summary_iterator(str(file))
        for value in event.summary.value
        if value.tag == metadata.CONFIG_SUMMARY_TAG
    )
    assert value.metadata.plugin_data.plugin_name == metadata.PLUGIN_NAME
    layout = layout_pb2.Layout.FromString(tf.make_ndarray(value.tensor).item())
    return {(group.title, chart.title): list(chart.multiline.tag) for group in layout.category for chart in group.chart}


def test_a_chart_has_a_line_for_each_number_that_a_training_writes_of_its_kind(tmp_path):
    model = small_models.unisar()
    model.compile("sgd")
    writers = EventWriters(str(tmp_path / "logs"))
    with watched_gradients(model) as norms:
        callbacks = [StepLogs(writers, norms, every=1), WeightLogs(writers)]
        model.fit(tf.data.Dataset.from_tensors(small_models.joint()), callbacks=callbacks, verbose=0)
    tags = {*scalars_of(tmp_path / "logs" / "train"), "gates/search/own_1", "gates/search/shared_1", "loss/alignment"}
    tags |= {
        "gates/recommendation/own_1",
        *(f"attention/{surface}/{name}" for surface in ("search", "recommendation") for name in ("s2r", "r_itself")),
        "attention_by_layer/search/s2r_1",
        "loss/total",
        "gradient_cosine/all",
        *(f"ndcg@{k}/{surface}" for k in (1, 5, 10, 50) for surface in ("search", "mean")),
        tag_of("learning_rate"),
    }
    found = {
        place: {tag for tag in tags if any(re.match(each, tag) for each in expressions)}
        for place, expressions in written(tmp_path).items()
    }
    assert next(iter(found)) == ("quality", "ndcg@5"), "what is looked at first"
    assert found["quality", "ndcg@5"] == {"ndcg@5/search", "ndcg@5/mean"}
    assert found["quality", "ndcg@10"] == {"ndcg@10/search", "ndcg@10/mean"}
    assert found["experts", "search"] == {"gates/search/own_1", "gates/search/shared_1"}
    assert found["experts", "recommendation"] == {"gates/recommendation/own_1"}
    assert found["transitions", "search"] == {"attention/search/s2r", "attention/search/r_itself"}
    assert found["losses", "by epoch"] == {"loss/alignment", "loss/total"}
    assert {"loss_by_step/total", "loss_by_step/alignment"} <= found["losses", "by step"]
    assert "gradient_norm_by_step/experts" in found["layers", "gradients"]
    assert "weight_norm/experts" in found["layers", "weights"]
    assert found["layers", "cosine"] == {"gradient_cosine/all"}
    assert len(found["learned numbers", "temperatures"]) == 3
    assert all(found.values())
