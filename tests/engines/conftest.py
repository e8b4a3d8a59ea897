"""One run on this machine, whose components then run once more on each engine."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support import beam_engines, tiny_logs
from tests.support.beam_engines import Engine
from tfx_pipeline.config.beam_config import BeamConfig

_UNIFIEDSSR = [
    "model=unifiedssr",
    "unifiedssr.dim=16",
    "unifiedssr.num_layers=1",
    "train.epochs=1",
    "evaluation.baselines=[popularity, item_neighbours]",
    "evaluation.baseline_examples=100",
    "evaluation.judged_queries=0",
]
_TANDEM = [sys.executable, "-W", "ignore", "-m", "tfx_pipeline.cli.main"]


@pytest.fixture(autouse=True)
def on_loopback(monkeypatch) -> None:
    """Keeps Spark's driver, too, off other networks."""
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")


@pytest.fixture(scope="session")
def engine() -> Callable[[str], Engine]:
    """Finds a fetched engine, or skips the test with a word."""

    def found(name: str) -> Engine:
        engine = beam_engines.found(name)
        if isinstance(engine, str):
            pytest.skip(engine)
        return engine

    return found


@pytest.fixture(scope="session")
def run(tmp_path_factory) -> list:
    """The components that used Beam in a run of the whole pipeline in one process, in a folder with a space.

    TANDEM_ENGINE_USERS makes the log larger, to measure.
    """
    from tests.support import engine_runs
    from tfx_pipeline.config.pipeline_config import load_config

    folder = tmp_path_factory.mktemp("a shop")
    users = int(os.environ.get("TANDEM_ENGINE_USERS", "80"))
    path = tiny_logs.write(folder, users)
    start = time.monotonic()
    used = engine_runs.recorded(load_config(str(path), _UNIFIEDSSR))
    print(f"\n{users} users with 16 events each; the run in one process: {time.monotonic() - start:.0f} s", flush=True)
    return used


@pytest.fixture
def same_on(run, tmp_path) -> Callable[[BeamConfig], None]:
    """Runs all these components on an engine, and holds what they wrote against the run."""
    from tests.support import engine_runs
    from tfx_pipeline.engines import beam_needs

    def check(beam: BeamConfig, components: tuple[str, ...] = ()) -> None:
        assert beam_needs.missing(beam, str(tmp_path)) == []
        told = []
        for used in run:
            if components and used.component not in components:
                continue
            with engine_runs.Usage().watched() as usage:
                seconds = engine_runs.run_again(used, beam, Path(tmp_path))
            print(f"{used.component}: {seconds:.1f} s (in one process {used.seconds:.1f} s); {usage}", flush=True)
            told += engine_runs.differences(used, Path(tmp_path))
        assert not told, "\n".join(told)

    return check


@pytest.fixture
def commands_end_well_on(tmp_path) -> Callable[..., None]:
    """Runs the whole pipeline by its command, scores all users, and holds the scores against those of one process."""

    def check(*beam: str) -> None:
        config = str(tiny_logs.write(tmp_path / "a shop"))
        asked = [f"--set={setting}" for setting in _UNIFIEDSSR]
        # Whether a training of one epoch beats anything is not the question.
        pushes = ["--set=evaluation.margin=-1"]
        engine = [f"--set=beam.{setting}" for setting in beam]
        _tandem("run", "--config", config, *asked, *pushes, *engine)
        there, here = tmp_path / "on the engine", tmp_path / "in one process"
        for folder, where in ((there, engine), (here, [])):
            _tandem("score", "--config", config, *asked, *where, "--parts=3", "--vectors", f"--output={folder}")
        feeds, same_feeds = _feeds(there), _feeds(here)
        assert len(feeds) == 80
        assert {user: row["items"] for user, row in feeds.items()} == {
            user: row["items"] for user, row in same_feeds.items()
        }
        for user, row in feeds.items():
            # Time goes by from one scoring to the next.
            assert row["scores"] == pytest.approx(same_feeds[user]["scores"], rel=1e-4), user
            assert row["vector"] == pytest.approx(same_feeds[user]["vector"], rel=1e-4), user

    return check


def _feeds(folder: Path) -> dict[str, dict[str, Any]]:
    """The rows of all files of scores, by user."""
    import pyarrow.parquet

    files = sorted(folder.glob("*.parquet"))
    assert len(files) == 3
    return {row["user_id"]: row for path in files for row in pyarrow.parquet.read_table(path).to_pylist()}


def _tandem(*said: str) -> None:
    start = time.monotonic()
    done = subprocess.run([*_TANDEM, *said], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    print(f"tandem {said[0]}: {time.monotonic() - start:.0f} s", flush=True)
