"""DataChecks' executor: it gathers and logs anomalies, and ends the run if they are not allowed."""

import json
import logging
import os

from apache_beam.io.filesystems import FileSystems
from tensorflow_metadata.proto.v0 import anomalies_pb2, schema_pb2
from tfx import types
from tfx.components.statistics_gen import stats_artifact_utils
from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
from tfx.types import artifact_utils
from tfx.utils import io_utils

from components.artifacts import Artifacts, Properties
from components.data_checks.anomalies import Statistics, described, drift, skew
from components.data_checks.checks_config import DataChecksConfig
from components.data_checks.finding import Finding, write_findings
from components.data_checks.passed_statistics import keep_statistics, last_span_before, read_statistics
from components.data_checks.request_statistics import request_statistics
from components.raw_files.refusal import DataError
from schemas import features

_LOG = logging.getLogger(__name__)
STATISTICS_KEY = "statistics"
ANOMALIES_KEY = "anomalies"
SCHEMA_KEY = "schema"
FINDINGS_KEY = "findings"
CONFIG_KEY = "config"
PASSED_STATISTICS_DIR_KEY = "passed_statistics_dir"
_ANOMALIES_FILE = "SchemaDiff.pb"


class Executor(BaseBeamExecutor):
    """Gathers and logs the anomalies, and ends the run if they are not allowed.

    The statistics of a span that passes are kept, so that later spans can be compared with them.
    """

    def Do(self, input_dict: Artifacts, output_dict: Artifacts, exec_properties: Properties) -> None:
        """Checks the data.

        Args:
            input_dict: `statistics`, `anomalies` and `schema`.
            output_dict: `findings`, of type DataFindings.
            exec_properties: `config`, a DataChecksConfig as JSON; `passed_statistics_dir`, the folder that keeps the
                statistics of the spans that passed. If it is empty, nothing is kept and no drift is found.

        Raises:
            DataError: There are anomalies that are not allowed.
        """
        self._log_startup(input_dict, output_dict, exec_properties)
        values = json.loads(exec_properties[CONFIG_KEY])
        config = DataChecksConfig(**{**values, "allowed": tuple(values["allowed"])})
        statistics = artifact_utils.get_single_instance(input_dict[STATISTICS_KEY])
        train = stats_artifact_utils.load_statistics(statistics, features.TRAIN_SPLIT).proto()
        schema = io_utils.SchemaReader().read(
            io_utils.get_only_uri_in_dir(artifact_utils.get_single_uri(input_dict[SCHEMA_KEY]))
        )
        anomalies = _read_anomalies(artifact_utils.get_single_instance(input_dict[ANOMALIES_KEY]))
        passed_statistics_dir = exec_properties[PASSED_STATISTICS_DIR_KEY]
        if config.drift_threshold and passed_statistics_dir:
            anomalies |= _drift(train, statistics.span, passed_statistics_dir, schema, config.drift_threshold)
        if config.skew_threshold and config.requests:
            requests = request_statistics(self._make_beam_pipeline, config.requests, schema)
            anomalies |= skew(train, requests, schema, config.skew_threshold, features.TRAIN_SPLIT)
        found = list(described(anomalies, config.allowed))
        artifact = artifact_utils.get_single_instance(output_dict[FINDINGS_KEY])
        write_findings(artifact.uri, found)
        artifact.set_int_custom_property("findings", len(found))
        _tell(found, config.stop)
        if passed_statistics_dir:
            keep_statistics(passed_statistics_dir, statistics.span, train)


def _drift(
    train: Statistics, span: int, passed_statistics_dir: str, schema: schema_pb2.Schema, threshold: float
) -> dict[str, anomalies_pb2.Anomalies]:
    """Compares with the newest earlier span that passed. If there is none, it logs that and finds nothing."""
    before = last_span_before(passed_statistics_dir, span)
    if before is None:
        _LOG.info("Drift: no span before %d has passed the checks, so there is nothing to compare with.", span)
        return {}
    _LOG.info("Drift: span %d is compared with span %d.", span, before)
    return drift(train, read_statistics(passed_statistics_dir, before), schema, threshold, features.TRAIN_SPLIT)


def _tell(found: list[Finding], stop: bool) -> None:
    for finding in found:
        _LOG.warning("Data: %s", finding)
    forbidden = [finding for finding in found if not finding.is_allowed]
    if stop and forbidden:
        raise DataError(
            f"{len(forbidden)} anomalies in the data, so nothing was trained:\n"
            + "\n".join(f"  {finding}" for finding in forbidden)
            + "\nMend the logs, or let the anomalies of a feature pass with data_checks.allowed, those of all with "
            "data_checks.stop=false."
        )


def _read_anomalies(artifact: types.Artifact) -> dict[str, anomalies_pb2.Anomalies]:
    found = {}
    for split in artifact_utils.decode_split_names(artifact.split_names):
        path = os.path.join(artifact_utils.get_split_uri([artifact], split), _ANOMALIES_FILE)
        with FileSystems.open(path) as stream:
            found[split] = anomalies_pb2.Anomalies.FromString(stream.read())
    return found
