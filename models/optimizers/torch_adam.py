"""Adam as PyTorch computes it, for trainings that should equal the papers' own."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="tandem")
class TorchAdam(keras.optimizers.Adam):
    """Adam as `torch.optim.Adam` computes it: dense, with L2 in the gradient and epsilon outside the bias correction.

    It differs from `keras.optimizers.Adam` in three ways:

    * The gradients of several lookups of one table row are added up before they are squared.
    * `l2` times the weight is added to the gradient, so Adam's moments see it. Keras' `weight_decay` is subtracted from
      the weight instead (AdamW).
    * Epsilon is added to the bias-corrected root of the second moment. Keras adds it to the uncorrected root, and so it
      counts 31 times as much in the first step.

    Source: the training code of both papers' authors. UniSAR's has an L2 of 3e-5 (KuaiSAR) and 1e-5 (Amazon), without
    biases.

    Example:
    >>> weight = keras.Variable([1.0])
    >>> optimizer = TorchAdam(0.1, l2=0.5)
    >>> optimizer.build([weight])
    >>> optimizer.apply([np.array([0.0], "float32")])  # The first step of Adam is the learning rate, against the sign.
    >>> round(float(weight[0]), 4)
    0.9

    Args:
        learning_rate: A number, or a schedule.
        epsilon: The small number that keeps Adam from dividing by zero.
        l2: What share of each weight is added to its gradient; at least 0.
        without_l2: How the names of the variables end that have no such share.
        **kwargs: Passed to `keras.optimizers.Adam`; `amsgrad` and `weight_decay` are refused.

    Raises:
        ValueError: `l2` is negative, or `amsgrad` or `weight_decay` is asked for.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        epsilon: float = 1e-8,
        l2: float = 0.0,
        without_l2: Sequence[str] = ("bias", "offset"),
        **kwargs: Any,
    ):
        if l2 < 0:
            raise ValueError(f"`l2` should be at least 0. Received: l2={l2}")
        refused = [name for name in ("amsgrad", "weight_decay") if kwargs.get(name)]
        if refused:
            raise ValueError(f"TorchAdam has no `{refused[0]}`. Received: {refused[0]}={kwargs[refused[0]]}")
        super().__init__(learning_rate, epsilon=epsilon, **kwargs)
        self.l2 = l2
        self.without_l2 = tuple(without_l2)

    def update_step(self, gradient, variable, learning_rate):
        """Updates one variable; `gradient` is a tensor, or the parts of one that lookups of table rows made."""
        index = self._get_variable_index(variable)
        moments = self._momentums[index], self._velocities[index]
        rate, step = (ops.cast(value, variable.dtype) for value in (learning_rate, self.iterations + 1))
        l2 = 0.0 if self._trainable_variables[index].name.endswith(self.without_l2) else self.l2
        # The sum with a dense tensor is dense: lookups of one row are added up here, even where `l2` is 0.
        gradient = ops.add(ops.cast(gradient, variable.dtype), ops.multiply(variable, l2))
        for moment, value, beta in zip(
            moments, (gradient, ops.square(gradient)), (self.beta_1, self.beta_2), strict=True
        ):
            self.assign(moment, ops.add(ops.multiply(moment, beta), ops.multiply(value, 1 - beta)))
        momentum, velocity = (
            ops.divide(moment, 1 - ops.power(ops.cast(beta, variable.dtype), step))
            for moment, beta in zip(moments, (self.beta_1, self.beta_2), strict=True)
        )
        update = ops.divide(momentum, ops.add(ops.sqrt(velocity), self.epsilon))
        self.assign_sub(variable, ops.multiply(rate, update))

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {**super().get_config(), "l2": self.l2, "without_l2": list(self.without_l2)}
