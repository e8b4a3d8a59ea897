"""The entry point of a container on Kubeflow. It shows what `tandem run` shows of a component.

    python -m tfx_pipeline.kubeflow.kubeflow_container --tandem_task=Trainer --tandem_artifact_types=... ...

The container's disk is gone with it. So what else would be kept in a file, such as a traceback, is printed.
"""

import argparse
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Final

from tfx_pipeline.console import console_log, interruption, library_output
from tfx_pipeline.console.exit_code import ExitCode
from tfx_pipeline.display.shown import shown
from tfx_pipeline.kubeflow import artifact_types
from tfx_pipeline.runners import failures

TASK_FLAG: Final = "--tandem_task"
"""The argument of a container that holds the name of its task."""


def main(argv: Sequence[str]) -> int:
    """Runs one task.

    Args:
        argv: The container's arguments: ours, TFX's and Beam's.

    Returns:
        The exit code of the container.
    """
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument(TASK_FLAG, required=True)
    parser.add_argument(artifact_types.FLAG, required=True)
    own, others = parser.parse_known_args(argv)
    task = own.tandem_task
    console_log.start(libraries=library_output.divert(f"task {task}"))
    interruption.listen()
    try:
        with shown() as display:
            display.stage("Importing TensorFlow and TFX")
            from tfx_pipeline.kubeflow import container_executor

            display.run_begins([task])
            display.component_begins(task)
            container_executor.run(others, own.tandem_artifact_types)
            display.component_ends(task, is_cached=False)
        return ExitCode.OK
    except BaseException as error:
        if interruption.is_one(error):
            print(f"task {task}: interrupted; a training goes on where it stopped", file=sys.stderr)
            return ExitCode.FAILED
        said = "".join(traceback.format_exception(type(error), error, error.__traceback__))
        libraries = library_output.last_lines()
        failure = failures.failure_of(error, "the volume of `root`", task)
        for part in (said, libraries and f"What libraries said last:\n{libraries}", f"task {task}: {failure.text}"):
            print(part, file=sys.stderr)
        return ExitCode.FAILED


if __name__ == "__main__":
    code = main(sys.argv[1:])
    library_output.end_in_order()
    sys.stdout.flush()
    sys.stderr.flush()
    # Threads of libraries may end the process with another code while Python shuts down, after all is written.
    os._exit(code)
