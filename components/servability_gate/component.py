"""ServabilityGate: only what runs in TF Serving is pushed."""

import json
from collections.abc import Mapping

from tfx import types
from tfx.dsl.components.base import base_component, executor_spec
from tfx.types import component_spec, standard_artifacts

from components.servability_gate import executor
from components.servability_gate.gate_config import GateConfig


class ServabilityGateSpec(types.ComponentSpec):
    """Inputs, outputs and parameters of ServabilityGate."""

    PARAMETERS = {
        executor.CONFIG_KEY: component_spec.ExecutionParameter(type=str),
        executor.KEPT_KEY: component_spec.ExecutionParameter(type=str),
    }
    INPUTS = {
        executor.MODEL_KEY: component_spec.ChannelParameter(type=standard_artifacts.Model),
        executor.EXAMPLES_KEY: component_spec.ChannelParameter(type=standard_artifacts.Examples),
    }
    OUTPUTS = {executor.BLESSING_KEY: component_spec.ChannelParameter(type=standard_artifacts.InfraBlessing)}


class ServabilityGate(base_component.BaseComponent):
    """Serves a model and asks all its signatures about real examples, over both protocols of TF Serving.

    A SavedModel can run in Python and still fail in TF Serving. TFX's InfraValidator would notice, but it needs a
    container runtime. The output is that of InfraValidator with `make_warmup`: a blessing that holds the model and
    warm-up requests. The model is pushed from there: `Pusher(infra_blessing=gate.outputs["blessing"])`.
    """

    SPEC_CLASS = ServabilityGateSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(executor.Executor)

    def __init__(
        self,
        model: types.BaseChannel,
        examples: types.BaseChannel,
        config: GateConfig | None = None,
        kept: Mapping[str, int] | None = None,
    ):
        """Sets the node up.

        Args:
            model: The SavedModel to try.
            examples: Raw behaviour examples, as BehaviourExampleGen writes them.
            config: How much is asked, and what is accepted; None for the defaults of `GateConfig`.
            kept: How many tokens of a history the model keeps, by the surface's value. Users with as many are asked
                about with older events, too. None: nobody knows, and older events are not tried.
        """
        super().__init__(
            ServabilityGateSpec(
                **{
                    executor.MODEL_KEY: model,
                    executor.EXAMPLES_KEY: examples,
                    executor.CONFIG_KEY: (config or GateConfig()).to_json(),
                    executor.KEPT_KEY: json.dumps(dict(kept or {})),
                    executor.BLESSING_KEY: types.Channel(type=standard_artifacts.InfraBlessing),
                }
            )
        )
