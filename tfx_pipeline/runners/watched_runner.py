"""Runs a pipeline's components one after the other in this process, and tells a watcher of each."""

import datetime
from typing import Any

from ml_metadata.proto import metadata_store_pb2
from tfx.dsl.compiler import constants
from tfx.orchestration import metadata
from tfx.orchestration.local import runner_utils
from tfx.orchestration.local.local_dag_runner import LocalDagRunner
from tfx.orchestration.portable import launcher, runtime_parameter_utils

from tfx_pipeline.runners.run_watcher import RunWatcher


class ComponentFailed(Exception):
    """A component failed. Its error is the cause of this one.

    Attributes:
        component: The component's id.
    """

    def __init__(self, component: str, cause: BaseException):
        super().__init__(f"{component}: {cause}")
        self.component = component


class WatchedRunner(LocalDagRunner):
    """TFX's LocalDagRunner, which also tells which components will run, which one runs, and which came from the cache.

    Args:
        watcher: Is told of the components.
    """

    def __init__(self, watcher: RunWatcher):
        super().__init__()
        self._watcher = watcher

    def run_with_ir(self, pipeline: Any, run_options: Any = None) -> None:
        """Runs all components in their order.

        Args:
            pipeline: The compiled pipeline, a `pipeline_pb2.Pipeline`.
            run_options: The options of TFX's partial runs, which this runner does not support.

        Raises:
            ComponentFailed: A component failed; those before it are finished.
        """
        assert run_options is None, "the cache does what partial runs would"
        run_id = datetime.datetime.now().isoformat()
        runtime_parameter_utils.substitute_runtime_parameter(
            pipeline, {constants.PIPELINE_RUN_ID_PARAMETER_NAME: run_id}
        )
        nodes = [node.pipeline_node for node in pipeline.nodes]
        self._watcher.run_begins([node.node_info.id for node in nodes])
        for node in nodes:
            self._run_node(pipeline, node)

    def _run_node(self, pipeline: Any, node: Any) -> None:
        component = node.node_info.id
        deployment = runner_utils.extract_local_deployment_config(pipeline)
        connection = deployment.metadata_connection_config
        connection = getattr(connection, connection.WhichOneof("connection_config"))
        self._watcher.component_begins(component)
        try:
            execution = launcher.Launcher(
                pipeline_node=node,
                mlmd_connection=metadata.Metadata(connection),
                pipeline_info=pipeline.pipeline_info,
                pipeline_runtime_spec=pipeline.runtime_spec,
                executor_spec=runner_utils.extract_executor_spec(deployment, component),
                custom_driver_spec=runner_utils.extract_custom_driver_spec(deployment, component),
            ).launch()
            state = _state(connection, execution.execution_id if execution else None)
        except BaseException as error:
            self._watcher.component_fails(component)
            if isinstance(error, Exception):
                raise ComponentFailed(component, error) from error
            raise
        self._watcher.component_ends(component, state == metadata_store_pb2.Execution.CACHED)


def _state(connection: metadata_store_pb2.ConnectionConfig, execution_id: int | None) -> int:
    """Reads from the metadata store how an execution ended.

    Raises:
        RuntimeError: The launcher neither ran the component nor raised an error, as it does if an input is missing.
    """
    with metadata.Metadata(connection) as handle:
        executions = handle.store.get_executions_by_id([execution_id] if execution_id else [])
    good = (metadata_store_pb2.Execution.CACHED, metadata_store_pb2.Execution.COMPLETE)
    if not executions or executions[0].last_known_state not in good:
        raise RuntimeError("it was not run, because its inputs could not be found in the metadata store")
    return int(executions[0].last_known_state)
