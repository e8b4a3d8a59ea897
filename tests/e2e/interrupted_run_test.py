"""A run whose process is killed or interrupted in the middle of an epoch goes on where it was, and says so."""

import os
import re
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.support.event_logs import scalars_of
from tests.support.noise_of_libraries import NOISE
from tfx_pipeline.past_runs.learning_curves import read_curves
from tfx_pipeline.past_runs.run_store import RunStore

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

EPOCHS = 4
COMMAND = [sys.executable, "-m", "tfx_pipeline.cli.main", "run"]
ENDS = re.compile(r"Epoch (\d+)/\d+: loss")
GOES_ON = "Going on where an interrupted training stopped"


def run_until(config: Path, last_line: re.Pattern, number: signal.Signals) -> tuple[int, list[int], str]:
    """Runs the pipeline and sends it a signal at the first line that matches.

    Returns:
        The exit code, the epochs that ended, and the output.
    """
    overrides = [f"--set=train.epochs={EPOCHS}", "--set=train.early_stopping_patience=0"]
    # Many small batches, so that an epoch is still going on when the signal comes.
    overrides.append("--set=train.batch_size=8")
    process = subprocess.Popen(
        [*COMMAND, "--config", str(config), *overrides],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"},
    )
    lines, is_sent = [], False
    for line in process.stdout:
        lines.append(line)
        if not is_sent and last_line.search(line):
            process.send_signal(number)
            is_sent = True
    output = "".join(lines)
    code = process.wait()
    assert is_sent, f"It ended before {last_line.pattern!r}:\n{output}"
    # Of the libraries nothing is seen in the whole of a run, until a crash tells what they said last.
    assert not NOISE.search(output.partition("\nWhat libraries said last:\n")[0]), output
    return code, [int(number) for number in ENDS.findall(output)], output


def test_a_training_that_is_interrupted_and_then_killed_ends_with_the_same_number_of_epochs(tiny_config):
    # SIGINT does the same, see tests/tfx_pipeline/console/interruption_test.py.
    code, ended, output = run_until(tiny_config, re.compile(r"Epoch 1/\d+: loss"), signal.SIGTERM)
    *_, last = output.splitlines()
    assert (code, ended) == (1, [1])
    assert last == "tandem run: interrupted; what was finished is kept, and the same command goes on from there"
    assert "Traceback" not in output

    code, ended, output = run_until(tiny_config, re.compile(r"Epoch 2/\d+: loss"), signal.SIGKILL)
    assert (code, ended) == (-signal.SIGKILL, [2]) and GOES_ON in output
    assert "\ntandem run: the process was ended from one moment to the next" in output

    code, ended, output = run_until(tiny_config, re.compile(r"\] Trainer (\d+ min )?\d+ s$"), signal.SIGKILL)
    assert (code, ended) == (-signal.SIGKILL, [3, 4]) and GOES_ON in output
    # A finished training leaves nothing to go on from.
    assert not list((tiny_config.parent / "run" / "checkpoints").iterdir())

    # In TensorBoard it is one training, which has its whole curves.
    (shown,) = (tiny_config.parent / "run" / "tensorboard").glob("unisar *")  # Variants of other tests lie beside it.
    assert [epoch for epoch, _ in read_curves(shown).training["loss"]] == [1, 2, 3, 4]
    steps = [step for step, _ in scalars_of(shown / "train")["loss_by_step/total"]]
    assert steps == sorted(set(steps))

    # What was finished before the kill was not done again.
    newest = RunStore(str(tiny_config.parent / "run")).runs[-1]
    states = Counter(step.state for step in newest.steps if step.component != "Trainer")
    assert states == {"cached": 7}  # All before the Trainer; the model to beat is looked for after it.
