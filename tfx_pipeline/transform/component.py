"""Transform: TFX's component with an executor that reads and counts in whole batches."""

from tfx import v1 as tfx
from tfx.dsl.components.base.executor_spec import BeamExecutorSpec

from tfx_pipeline.transform.executor import Executor


class Transform(tfx.components.Transform):
    """Makes the Transform graph and transforms examples. Arguments and outputs are those of TFX's Transform.

    Args:
        preprocessing_fn: Takes, besides what TFX's takes, the keyword `build`, and makes vocabularies by it alone.
        disable_statistics: Should be true: statistics would be of what TFX's own executor reads.
    """

    EXECUTOR_SPEC = BeamExecutorSpec(Executor)
