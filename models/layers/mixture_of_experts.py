"""Experts shared by all tasks, experts of each task, and the gates that mix them."""

from typing import Any

import keras
from keras import ops

from models.registration import register


@register
class MixtureOfExperts(keras.layers.Layer):
    """Multi-gate mixture of experts for pairs of a context and a candidate (UniSAR, prediction).

    An expert is one dense layer with ReLU over the features of candidate and context together. That product falls into
    a part that differs between candidates and one that is equal for all candidates of a row; the second is computed
    once a row. All experts and the gate of the task asked for are one product; those of other tasks are not run.

    With a single expert a task (a shared bottom, or a network for each task) there is no gate.

    Args:
        units: Width of an expert's output.
        shared_experts: Experts that all tasks use.
        task_experts: Experts that one task alone uses, for each task.
        tasks: Number of tasks.
        dropout: Share of an expert's output dropped in training.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        candidates: Float [batch, candidates, candidate features].
        context: Float [batch, context features].
        task: Which task's experts to run, from 0.
        training: Whether to drop.

    Returns:
        Float [batch, candidates, units].
    """

    def __init__(
        self, units: int, shared_experts: int, task_experts: int, tasks: int = 2, dropout: float = 0.0, **kwargs: Any
    ):
        super().__init__(**kwargs)
        if shared_experts + task_experts < 1:
            raise ValueError(
                "A task needs at least one expert. "
                f"Received: shared_experts={shared_experts}, task_experts={task_experts}"
            )
        self.units = units
        self.shared_experts = shared_experts
        self.task_experts = task_experts
        self.tasks = tasks
        self.dropout = dropout

    def build(self, candidates_shape, context_shape):
        """Creates the experts and gates: in each kernel, the candidate's features come first."""
        features = candidates_shape[-1] + context_shape[-1]
        self.candidate_features = candidates_shape[-1]
        self.drop = keras.layers.Dropout(self.dropout, name="drop", dtype=self.dtype_policy)
        self.shared = self._experts("shared", features, self.shared_experts)
        self.own = [self._experts(f"task_{task}", features, self.task_experts) for task in range(self.tasks)]
        experts = self.shared_experts + self.task_experts
        self.gates = [
            self._dense(f"gate_{task}", features, experts) if experts > 1 else None for task in range(self.tasks)
        ]
        self.built = True

    def _experts(self, name: str, features: int, count: int):
        return self._dense(name, features, count * self.units, fan_out=self.units) if count else None

    def _dense(self, name: str, features: int, width: int, fan_out: int | None = None):
        # Experts lie side by side in one kernel, yet each starts as a dense layer of its own width would.
        deviation = (2 / (features + (fan_out or width))) ** 0.5
        kernel = self.add_weight(
            name=f"{name}_kernel",
            shape=(features, width),
            initializer=keras.initializers.TruncatedNormal(stddev=deviation / 0.87962566103423978),
        )
        return kernel, self.add_weight(name=f"{name}_bias", shape=(width,), initializer="zeros")

    def call(self, candidates, context, task, training=False):
        """Mixes the experts of one task: its own first, then the shared ones."""
        parts = [part for part in (self.own[task], self.shared, self.gates[task]) if part is not None]
        kernel = ops.concatenate([ops.cast(kernel, self.compute_dtype) for kernel, _ in parts], axis=-1)
        bias = ops.concatenate([ops.cast(bias, self.compute_dtype) for _, bias in parts], axis=-1)
        shape = ops.shape(candidates)
        split = self.candidate_features
        of_candidates = ops.matmul(ops.reshape(candidates, (-1, split)), kernel[:split])
        of_context = ops.add(ops.matmul(context, kernel[split:]), bias)
        outputs = ops.add(
            ops.reshape(of_candidates, (shape[0], shape[1], kernel.shape[-1])), ops.expand_dims(of_context, 1)
        )
        experts = self.shared_experts + self.task_experts
        width = experts * self.units
        if experts == 1:
            return self.drop(ops.relu(outputs), training=training)
        hidden = self.drop(ops.relu(outputs[..., :width]), training=training)
        gate = ops.softmax(outputs[..., width:], axis=-1)
        hidden = ops.reshape(hidden, (shape[0], shape[1], experts, self.units))
        return ops.sum(ops.multiply(hidden, ops.expand_dims(gate, -1)), axis=-2)

    def compute_output_shape(self, candidates_shape, context_shape):
        """[batch, candidates, units]."""
        return (*candidates_shape[:-1], self.units)

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {
            **super().get_config(),
            "units": self.units,
            "shared_experts": self.shared_experts,
            "task_experts": self.task_experts,
            "tasks": self.tasks,
            "dropout": self.dropout,
        }
