"""Runs the check in a process of its own and makes a verdict of whatever happens to it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import components
from components.servability_gate.config import GateConfig
from components.servability_gate.verdict import Verdict

_CHECK = "components.servability_gate.check"
_LAST_WORDS = 2000


def check_separately(model_dir: str, files: Sequence[str], config: GateConfig, warm_up_file: str = "") -> Verdict:
    """Checks a model; see `components.servability_gate.check.check`.

    The checking process sees no accelerator: the pipeline's own process may hold all of its memory, and what runs on a
    processor without it runs with it.

    Raises:
        RuntimeError: The check itself could not be carried out, which says nothing about the model.
    """
    options = [f"--config={json.dumps(asdict(config))}", f"--warm_up_file={warm_up_file}"]
    command = [sys.executable, "-m", _CHECK, *options, "--", model_dir, *files]
    return verdict_of(command, config.timeout_s)


def verdict_of(command: Sequence[str], timeout_s: float) -> Verdict:
    """Runs a command that prints a verdict.

    Args:
        command: What to run; its last line of output is the verdict, its exit code as `check` documents it.
        timeout_s: How long to wait.

    Returns:
        The printed verdict; a refusal where the command was killed by a signal or did not end in time.

    Raises:
        RuntimeError: It ended by itself without a verdict.
    """
    package_root = str(Path(components.__file__).parent.parent)
    environment = {
        **os.environ,
        "CUDA_VISIBLE_DEVICES": "-1",
        "PYTHONPATH": os.pathsep.join(filter(None, [package_root, os.environ.get("PYTHONPATH")])),
    }
    try:
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, errors="replace", timeout=timeout_s, check=False
        )
    except subprocess.TimeoutExpired:
        return Verdict((f"the model had not answered everything after {timeout_s:g} s",))
    if done.returncode < 0:
        name = signal.Signals(-done.returncode).name
        return Verdict((f"the process that ran the model was ended by {name}: {_last_words(done.stderr)}",))
    lines = done.stdout.splitlines()
    if done.returncode > 1 or not lines:
        raise RuntimeError(
            f"The servability check could not be carried out (exit code {done.returncode}): {_last_words(done.stderr)}"
        )
    return Verdict.from_json(lines[-1])


def _last_words(errors: str) -> str:
    return errors.strip()[-_LAST_WORDS:] or "it said nothing"
