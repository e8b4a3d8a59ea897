"""Pusher: a blessed model becomes the newest version, once."""

from tfx import types
from tfx import v1 as tfx
from tfx.dsl.components.base import base_component, executor_spec
from tfx.types import standard_artifacts, standard_component_specs
from tfx.types.component_spec import ChannelParameter
from tfx.utils import json_utils

from components.pusher import driver, executor


class PusherSpec(standard_component_specs.PusherSpec):
    """What TFX's Pusher takes and makes, and a second blessing of the model."""

    INPUTS = {
        **standard_component_specs.PusherSpec.INPUTS,
        executor.BASELINE_BLESSING_KEY: ChannelParameter(type=standard_artifacts.ModelBlessing, optional=True),
    }


class Pusher(tfx.components.Pusher):
    """TFX's Pusher, except that it knows a further blessing, and does not push what is the newest version already.

    The further blessing is that of Baselines: a model has to beat simple rules, too.

    So a run that was stopped during the push can be repeated: a half-written version is replaced, and a complete one is
    not pushed again under another number. If a pushed version was removed from its folder, the push is not taken from
    the cache.
    """

    SPEC_CLASS = PusherSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(executor.Executor)
    DRIVER_CLASS = driver.Driver  # type: ignore[assignment]

    def __init__(
        self,
        model_blessing: types.BaseChannel | None,
        infra_blessing: types.BaseChannel,
        push_destination: tfx.proto.PushDestination,
        baseline_blessing: types.BaseChannel | None = None,
    ):
        """Sets the node up.

        Args:
            model_blessing: The Evaluator's blessing; None if nothing was trained, so that the gate's suffices.
            infra_blessing: The gate's blessing, which holds the model that is pushed.
            push_destination: The folder of versions.
            baseline_blessing: The blessing of Baselines; None if the model need not beat rules.
        """
        # TFX's own constructor makes a specification without the further input.
        base_component.BaseComponent.__init__(
            self,
            PusherSpec(
                **{
                    standard_component_specs.MODEL_BLESSING_KEY: model_blessing,
                    standard_component_specs.INFRA_BLESSING_KEY: infra_blessing,
                    standard_component_specs.PUSH_DESTINATION_KEY: push_destination,
                    standard_component_specs.CUSTOM_CONFIG_KEY: json_utils.dumps(None),
                    standard_component_specs.PUSHED_MODEL_KEY: types.Channel(type=standard_artifacts.PushedModel),
                    executor.BASELINE_BLESSING_KEY: baseline_blessing,
                }
            ),
        )
