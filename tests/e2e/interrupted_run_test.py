"""A run whose process is killed in the middle of an epoch goes on where it was."""

import os
import re
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from ml_metadata import MetadataStore
from ml_metadata.proto import metadata_store_pb2

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

EPOCHS = 4
COMMAND = [sys.executable, "-W", "ignore", "-m", "tfx_pipeline.cli.main", "run"]
ENDS = re.compile(r"Epoch (\d+)/\d+: loss")


def run_until(config: Path, last_line: re.Pattern) -> tuple[list[int], str]:
    """Runs the pipeline and kills it at the first line that matches: the epochs that ended, and the output."""
    overrides = [f"--set=train.epochs={EPOCHS}", "--set=train.early_stopping_patience=0"]
    # Many small batches, so that an epoch is still going on when the signal comes.
    overrides.append("--set=train.batch_size=8")
    process = subprocess.Popen(
        [*COMMAND, "--config", str(config), *overrides],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    lines = []
    for line in process.stdout:
        lines.append(line)
        if last_line.search(line):
            process.send_signal(signal.SIGKILL)
            break
    process.stdout.close()
    output = "".join(lines)
    assert process.wait() == -signal.SIGKILL, f"It ended before {last_line.pattern!r}:\n{output}"
    return [int(number) for number in ENDS.findall(output)], output


def test_a_killed_training_resumes_and_ends_with_the_same_number_of_epochs(tiny_config):
    root = tiny_config.parent / "run"
    ended, _ = run_until(tiny_config, re.compile(r"Epoch 2/\d+: loss"))
    assert ended == [1, 2]
    finished = executions(root)

    ended, output = run_until(tiny_config, re.compile(r"\] Trainer (\d+ min )?\d+ s$"))
    assert "Going on where an interrupted training stopped" in output
    assert ended == [3, 4]
    # A finished training leaves nothing to go on from.
    assert not list((root / "checkpoints").iterdir())

    # What was finished before the kill was not done again.
    states = Counter(state for component, state in executions(root)[len(finished) :] if component != "Trainer")
    assert states == {"CACHED": 7}  # All before the Trainer; the model to beat is looked for after it.


def executions(run: Path) -> list[tuple[str, str]]:
    """Component and state of each execution, from the metadata store, in their order."""
    connection = metadata_store_pb2.ConnectionConfig()
    connection.sqlite.filename_uri = str(run / "metadata.sqlite")
    store = MetadataStore(connection)
    state_name = metadata_store_pb2.Execution.State.Name
    return [
        (context.name.rpartition(".")[2], state_name(execution.last_known_state))
        for execution in sorted(store.get_executions(), key=lambda each: each.id)
        for context in store.get_contexts_by_execution(execution.id)
        if context.type == "node"
    ]
