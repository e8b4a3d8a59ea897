"""The multi-gate mixture of experts: shared experts, experts of each task, and the gates that mix them."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from models.layers.fast.dropout import Dropout
from models.registration import register


@register
class MixtureOfExperts(keras.layers.Layer):
    """A multi-gate mixture of experts for pairs of a context and a candidate.

    An expert is one dense layer with ReLU over the features of candidate and context together. Its product is the sum
    of a candidate's part and a context's part. The context's part is computed once for each row. The experts of the
    requested task and the shared experts are one product. The experts of other tasks are not run. If a task has a
    single expert (a shared bottom, or a separate network), there is no gate.

    A gate is one dense layer with softmax over the same features. `gate_units` puts dense layers with ReLU in front.

    Source: UniSAR (arXiv 2404.09520), prediction with a mixture of experts. Shared experts and experts of each task are
    those of its authors' code (progressive layered extraction, Tang et al. 2020). Hidden layers of a gate are ours.

    Example:
    >>> experts = MixtureOfExperts(units=8, shared_experts=2, task_experts=2)
    >>> candidates, context = np.ones((2, 5, 6), "float32"), np.ones((2, 4), "float32")
    >>> tuple(experts(candidates, context, task=1).shape)
    (2, 5, 8)

    Args:
        units: Width of an expert's output.
        shared_experts: Number of experts that all tasks use.
        task_experts: Number of experts that each task has for itself.
        tasks: Number of tasks.
        dropout: Share of an expert's output dropped in training.
        gate_units: Widths of the hidden layers of each gate, if there are gates. Nothing is dropped there.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        candidates: Float [batch, candidates, candidate features].
        context: Float [batch, context features].
        task: Number of the task whose experts are run, from 0.
        training: Whether dropout is active.

    Returns:
        Float [batch, candidates, units].

    Raises:
        ValueError: A task has no expert.
    """

    def __init__(
        self,
        units: int,
        shared_experts: int,
        task_experts: int,
        tasks: int = 2,
        dropout: float = 0.0,
        gate_units: Sequence[int] = (),
        **kwargs: Any,
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
        self.gate_units = tuple(gate_units)

    def build(self, candidates_shape, context_shape):
        """Creates the experts and the gates. In each kernel, the candidate's features come first."""
        features = candidates_shape[-1] + context_shape[-1]
        self.candidate_features = candidates_shape[-1]
        self.drop = Dropout(self.dropout, name="drop", dtype=self.dtype_policy)
        self.shared = self._experts("shared", features, self.shared_experts)
        self.own = [self._experts(f"task_{task}", features, self.task_experts) for task in range(self.tasks)]
        experts = self.shared_experts + self.task_experts
        widths = (features, *self.gate_units)
        self.gate_hidden = [[] for _ in range(self.tasks)]
        self.gates = [None] * self.tasks
        if experts > 1:
            for task in range(self.tasks):
                self.gate_hidden[task] = [
                    self._dense(f"gate_{task}_hidden_{index}", width, units)
                    for index, (width, units) in enumerate(zip(widths, self.gate_units, strict=False))
                ]
                self.gates[task] = self._dense(f"gate_{task}", widths[-1], experts)
        self.built = True

    def _experts(self, name: str, features: int, count: int):
        return self._dense(name, features, count * self.units, fan_out=self.units) if count else None

    def _dense(self, name: str, features: int, width: int, fan_out: int | None = None):
        # All experts are in one kernel, but each is initialized as a dense layer of its own width.
        deviation = (2 / (features + (fan_out or width))) ** 0.5
        kernel = self.add_weight(
            name=f"{name}_kernel",
            shape=(features, width),
            initializer=keras.initializers.TruncatedNormal(stddev=deviation / 0.87962566103423978),
        )
        return kernel, self.add_weight(name=f"{name}_bias", shape=(width,), initializer="zeros")

    def call(self, candidates, context, task, training=False):
        """Mixes the experts of one task: its own first, then the shared ones."""
        hidden = ops.relu(self._product(*self._experts_of(task), candidates, context))
        hidden = self.drop(hidden, training=training)
        if self.gates[task] is None:
            return hidden
        weights = self.shares(candidates, context, task)
        experts = weights.shape[-1]
        mixed = ops.matmul(ops.reshape(weights, (-1, 1, experts)), ops.reshape(hidden, (-1, experts, self.units)))
        return ops.reshape(mixed, (*ops.shape(candidates)[:-1], self.units))

    @property
    def expert_names(self) -> tuple[str, ...]:
        """The experts of any task in the order of their weights: its own, then the shared ones, each from 1."""
        own = (f"own_{place + 1}" for place in range(self.task_experts))
        return (*own, *(f"shared_{place + 1}" for place in range(self.shared_experts)))

    def shares(self, candidates, context, task):
        """How much each expert counts for each candidate, by the gate of a task that has several experts.

        Args:
            candidates: As in `call`.
            context: As in `call`.
            task: As in `call`.

        Returns:
            Float [batch, candidates, experts], in the order of `expert_names`. A candidate's add up to 1.
        """
        return ops.softmax(self._gate(task, candidates, context), axis=-1)

    def _experts_of(self, task):
        groups = [group for group in (self.own[task], self.shared) if group is not None]
        if len(groups) == 1:
            return groups[0]
        kernels, biases = zip(*groups, strict=True)
        return ops.concatenate(kernels, axis=-1), ops.concatenate(biases, axis=-1)

    def _gate(self, task, candidates, context):
        """The logits of the experts: float [batch, candidates, experts]."""
        layers = [*self.gate_hidden[task], self.gates[task]]
        logits = self._product(*layers[0], candidates, context)
        for layer in layers[1:]:
            kernel, bias = self._cast(layer)
            hidden = ops.relu(ops.reshape(logits, (-1, kernel.shape[0])))
            logits = ops.add(ops.matmul(hidden, kernel), bias)
        return ops.reshape(logits, (*ops.shape(candidates)[:-1], logits.shape[-1])) if layers[1:] else logits

    def _cast(self, weights):
        return tuple(ops.cast(weight, self.compute_dtype) for weight in weights)

    def _product(self, kernel, bias, candidates, context):
        kernel, bias = self._cast((kernel, bias))
        split = self.candidate_features
        of_candidates = ops.matmul(ops.reshape(candidates, (-1, split)), kernel[:split])
        of_context = ops.add(ops.matmul(context, kernel[split:]), bias)
        of_candidates = ops.reshape(of_candidates, (*ops.shape(candidates)[:-1], kernel.shape[-1]))
        return ops.add(of_candidates, ops.expand_dims(of_context, 1))

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
            "gate_units": list(self.gate_units),
        }
