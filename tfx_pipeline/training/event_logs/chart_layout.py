"""Charts that show several numbers of one training together: TensorBoard's custom scalars."""

from typing import Final

from tensorboard.plugins.custom_scalar import layout_pb2
from tensorboard.plugins.custom_scalar import summary as custom_scalar

from schemas.canonical_event import Surface
from schemas.rank_metrics import NDCG
from tfx_pipeline.training.event_logs.event_writers import EventWriters

_SHOWN: Final = (NDCG(5).label.lower(), NDCG(10).label.lower())
_CHARTS: Final = {
    "quality": {metric: rf"^{metric}/" for metric in _SHOWN},
    "losses": {"by epoch": "^loss/", "by step": "^loss_by_step/"},
    "experts": {surface.value: rf"^gates/{surface.value}/" for surface in Surface},
    "transitions": {surface.value: rf"^attention/{surface.value}/" for surface in Surface},
    "layers": {"gradients": "^gradient_norm_by_step/", "weights": "^weight_norm/", "cosine": "^gradient_cosine/"},
    "learned numbers": {"temperatures": "^temperature/"},
}
"""For each group of charts the titles, each with a regular expression of the tags that the chart has a line for."""


def write_layout(writers: EventWriters) -> None:
    """Writes which numbers stand in one chart. It is the same for each training, and TensorBoard merges them."""
    layout = layout_pb2.Layout()
    for group, charts in _CHARTS.items():
        category = layout.category.add(title=group)
        for title, tags in charts.items():
            chart = category.chart.add(title=title)
            chart.multiline.tag.append(tags)
    writers.raw(custom_scalar.pb(layout))
