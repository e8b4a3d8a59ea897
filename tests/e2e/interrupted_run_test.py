"""A run whose process is killed in the middle of an epoch goes on where it was."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import tiny_logs

pytestmark = pytest.mark.e2e

EPOCHS = 4
COMMAND = [sys.executable, "-W", "ignore", "-m", "tfx_pipeline.cli.main", "run"]
BEGINS = re.compile(r"Epoch (\d+)/\d+ begins")
ENDS = re.compile(r"Epoch (\d+)/\d+: loss")


def run_until(config: Path, kill_at_epoch: int | None) -> tuple[list[int], list[int], str, int]:
    """Runs the pipeline, killed as soon as an epoch has begun: epochs begun and ended, output, exit code."""
    overrides = ["--set", f"train.epochs={EPOCHS}", "--set", "train.early_stopping_patience=0"]
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
        begun = BEGINS.search(line)
        if begun and int(begun[1]) == kill_at_epoch:
            process.send_signal(signal.SIGKILL)
            break
    process.stdout.close()
    output = "".join(lines)
    return (
        [int(number) for number in BEGINS.findall(output)],
        [int(number) for number in ENDS.findall(output)],
        output,
        process.wait(),
    )


def test_a_killed_training_resumes_and_ends_with_the_same_number_of_epochs(tmp_path):
    # Many small batches, so that an epoch is still going on when the signal comes.
    config = tiny_logs.write(tmp_path)
    config.write_text(config.read_text().replace("batch_size: 16", "batch_size: 2"))

    begun, ended, output, code = run_until(config, kill_at_epoch=3)
    assert code == -signal.SIGKILL, output
    assert (begun, ended) == ([1, 2, 3], [1, 2])

    begun, ended, output, code = run_until(config, kill_at_epoch=None)
    assert code == 0, output
    assert "Going on where an interrupted training stopped" in output
    assert (begun, ended) == ([3, 4], [3, 4])
    # What was finished before the kill is not done again.
    (cached,) = re.findall(r"Taken from the cache: (.*)\.", output)
    assert {"ItemCatalog", "BehaviourExampleGen", "StatisticsGen", "Transform"} <= set(cached.split(", "))

    # A finished training leaves nothing to go on from.
    assert not list((tmp_path / "run" / "checkpoints").glob("*/backup"))
