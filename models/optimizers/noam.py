"""The Noam schedule: a learning rate that warms up, then falls with the square root of the step."""

from typing import Any

import keras
from keras import ops

from models.registration import register


@register
class Noam(keras.optimizers.schedules.LearningRateSchedule):
    """A learning rate that rises linearly for `warmup_steps` steps, then falls with the square root of the step.

    The rate is `factor / sqrt(dim) · min(step^-0.5, step · warmup_steps^-1.5)`, where the first step is 1. It peaks at
    step `warmup_steps`.

    Source: "Attention is all you need" (arXiv 1706.03762), section 5.3. UnifiedSSR (arXiv 2310.13921) is trained with
    it in its authors' code.

    Example:
    >>> schedule = Noam(dim=64, warmup_steps=4)
    >>> [round(float(schedule(step)), 4) for step in (0, 3, 15)]  # the first step, the peak, four times as late
    [0.0156, 0.0625, 0.0312]

    Args:
        dim: The model's width.
        factor: What the whole curve is multiplied by.
        warmup_steps: Number of steps for which the rate rises, at least 1.

    Raises:
        ValueError: `warmup_steps` is below 1.
    """

    def __init__(self, dim: int, factor: float = 1.0, warmup_steps: int = 4000):
        if warmup_steps < 1:
            raise ValueError(f"`warmup_steps` should be at least 1. Received: warmup_steps={warmup_steps}")
        self.dim = dim
        self.factor = factor
        self.warmup_steps = warmup_steps

    def __call__(self, step):
        """The learning rate of a step.

        Args:
            step: Int scalar, the number of steps taken before this one.

        Returns:
            Float32 scalar.
        """
        step = ops.add(ops.cast(step, "float32"), 1.0)
        shape = ops.minimum(ops.rsqrt(step), ops.multiply(step, self.warmup_steps**-1.5))
        return ops.multiply(shape, self.factor * self.dim**-0.5)

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {"dim": self.dim, "factor": self.factor, "warmup_steps": self.warmup_steps}
