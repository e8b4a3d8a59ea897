"""DataChecks: bad data ends a run before anything is trained."""

import json
from dataclasses import asdict

from tfx import types
from tfx.dsl.components.base.base_beam_component import BaseBeamComponent
from tfx.dsl.components.base.executor_spec import BeamExecutorSpec
from tfx.types import standard_artifacts
from tfx.types.component_spec import ChannelParameter, ComponentSpec, ExecutionParameter

from components.data_checks import executor
from components.data_checks.artifact import DataFindings
from components.data_checks.config import DataChecksConfig


class DataChecksSpec(ComponentSpec):
    """Inputs, outputs and parameters of DataChecks."""

    PARAMETERS = {
        executor.CONFIG_KEY: ExecutionParameter(type=str),
        executor.PREVIOUS_KEY: ExecutionParameter(type=str),
    }
    INPUTS = {
        executor.STATISTICS_KEY: ChannelParameter(type=standard_artifacts.ExampleStatistics),
        executor.ANOMALIES_KEY: ChannelParameter(type=standard_artifacts.ExampleAnomalies),
        executor.SCHEMA_KEY: ChannelParameter(type=standard_artifacts.Schema),
    }
    OUTPUTS = {executor.FINDINGS_KEY: ChannelParameter(type=DataFindings)}


class DataChecks(BaseBeamComponent):
    """Tells what is wrong with the data: against the schema, since the span before (drift), beside requests (skew).

    TFX's ExampleValidator writes what breaks the schema, and lets the run go on. This tells of it in words and ends the
    run, unless it is allowed.

    Outputs: `findings` (DataFindings).
    """

    SPEC_CLASS = DataChecksSpec
    EXECUTOR_SPEC = BeamExecutorSpec(executor.Executor)

    def __init__(
        self,
        statistics: types.BaseChannel,
        anomalies: types.BaseChannel,
        schema: types.BaseChannel,
        config: DataChecksConfig,
        previous_statistics: str = "",
    ):
        """Sets the node up.

        Args:
            statistics: StatisticsGen's.
            anomalies: ExampleValidator's.
            schema: Of the examples.
            config: What counts as an anomaly, and what becomes of it.
            previous_statistics: The folder of StatisticsGen's statistics of the span before; empty where there is none.
        """
        super().__init__(
            DataChecksSpec(
                **{
                    executor.STATISTICS_KEY: statistics,
                    executor.ANOMALIES_KEY: anomalies,
                    executor.SCHEMA_KEY: schema,
                    executor.CONFIG_KEY: json.dumps(asdict(config), sort_keys=True),
                    executor.PREVIOUS_KEY: previous_statistics,
                    executor.FINDINGS_KEY: types.Channel(type=DataFindings),
                }
            )
        )
