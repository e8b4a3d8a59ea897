"""Tuner: TFX's component with an executor that keeps what came of each trial."""

from tfx import v1 as tfx
from tfx.dsl.components.base.executor_spec import ExecutorClassSpec

from tfx_pipeline.tuning.executor import Executor


class Tuner(tfx.components.Tuner):
    """Tries values of a training's fields. Arguments and outputs are those of TFX's Tuner."""

    EXECUTOR_SPEC = ExecutorClassSpec(Executor)
