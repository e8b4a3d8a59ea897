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
from components.data_checks.checks_config import DataChecksConfig


class DataChecksSpec(ComponentSpec):
    """Inputs, outputs and parameters of DataChecks."""

    PARAMETERS = {
        executor.CONFIG_KEY: ExecutionParameter(type=str),
        executor.PASSED_STATISTICS_DIR_KEY: ExecutionParameter(type=str),
    }
    INPUTS = {
        executor.STATISTICS_KEY: ChannelParameter(type=standard_artifacts.ExampleStatistics),
        executor.ANOMALIES_KEY: ChannelParameter(type=standard_artifacts.ExampleAnomalies),
        executor.SCHEMA_KEY: ChannelParameter(type=standard_artifacts.Schema),
    }
    OUTPUTS = {executor.FINDINGS_KEY: ChannelParameter(type=DataFindings)}


class DataChecks(BaseBeamComponent):
    """Ends a run whose data break the schema, drifted from the previous span or differ from requests (skew).

    TFX's ExampleValidator records what breaks the schema, and lets the run go on. This component logs all anomalies and
    ends the run unless they are allowed. It finds the previous span by itself, because not every orchestrator runs
    Resolver nodes.

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
        passed_statistics_dir: str,
    ):
        """Sets the node up.

        Args:
            statistics: The output of StatisticsGen.
            anomalies: The output of ExampleValidator.
            schema: The schema of the examples.
            config: What counts as an anomaly, and what becomes of it.
            passed_statistics_dir: The folder that keeps the statistics of each span that passed; the newest earlier
                ones are compared with. See `passed_statistics`.
        """
        super().__init__(
            DataChecksSpec(
                **{
                    executor.STATISTICS_KEY: statistics,
                    executor.ANOMALIES_KEY: anomalies,
                    executor.SCHEMA_KEY: schema,
                    executor.CONFIG_KEY: json.dumps(asdict(config), sort_keys=True),
                    executor.PASSED_STATISTICS_DIR_KEY: passed_statistics_dir,
                    executor.FINDINGS_KEY: types.Channel(type=DataFindings),
                }
            )
        )
