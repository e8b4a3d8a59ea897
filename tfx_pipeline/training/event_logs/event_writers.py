"""Writes TensorBoard's events of one training, those of each of its parts into a folder of its own."""

import os
from collections.abc import Mapping
from typing import Any

import tensorflow as tf
from tensorboard.compat.proto import summary_pb2
from tensorboard.plugins.scalar.summary_v2 import scalar_pb

TRAIN, VALIDATION, BEST, WHOLE = "train", "validation", "best epoch", ""
"""Parts of a training: what is of its steps, of its validation, of the epoch that was best in it, and of the whole."""


class EventWriters:
    """Writers of the parts of a training. A part's file is begun with its first event.

    Args:
        log_dir: The folder of the training. TensorBoard shows each part that has events as a run.
    """

    def __init__(self, log_dir: str):
        self._log_dir = log_dir
        self._writers: dict[str, Any] = {}

    def scalars(self, part: str, values: Mapping[str, float], step: int) -> None:
        """Writes numbers by their tags, and lets a TensorBoard that is open see them."""
        together = summary_pb2.Summary()
        for tag, value in values.items():
            together.MergeFrom(scalar_pb(tag, value))
        # All in one operation: thirty of them take longer than a step of a small model.
        self.raw(together, part, step)

    def raw(self, summary: Any, part: str = WHOLE, step: int = 0) -> None:
        """Writes what TensorBoard's own functions made: a `Summary` message."""
        writer = self.of(part)
        with writer.as_default():
            tf.summary.experimental.write_raw_pb(summary.SerializeToString(), step)
        writer.flush()

    def text(self, tag: str, markdown: str) -> None:
        """Writes a text of the training as a whole."""
        writer = self.of(WHOLE)
        with writer.as_default():
            tf.summary.text(tag, markdown, step=0)
        writer.flush()

    def graph(self, graph: Any, part: str = WHOLE) -> None:
        """Writes a `GraphDef`."""
        writer = self.of(part)
        with writer.as_default():
            tf.summary.graph(graph)
        writer.flush()

    def of(self, part: str) -> Any:
        """TensorFlow's writer of a part."""
        if part not in self._writers:
            self._writers[part] = tf.summary.create_file_writer(os.path.join(self._log_dir, part))
        return self._writers[part]

    def close(self) -> None:
        """Ends all files. A later event begins new ones."""
        for writer in self._writers.values():
            writer.close()
        self._writers.clear()
