"""What is told of a run, by its metrics, to a real server and to a real program."""

import json
import logging
import sys
import time
from pathlib import Path

import pytest

from tests.support.finished_runs import finish, report
from tests.support.past_runs import PastRuns
from tfx_pipeline.config.hooks_config import HooksConfig
from tfx_pipeline.config.pipeline_config import PipelineConfig
from tfx_pipeline.hooks import telling
from tfx_pipeline.past_runs.run_record import read_records
from tfx_pipeline.runners.failures import NotReadyError, RootInUseError

VARIABLE = "TANDEM_TEST_WEBHOOK"


@pytest.fixture
def shop(tmp_path):
    """Makes the configuration of a shop, whose program writes what it is told into a file."""
    code = "import sys, pathlib; pathlib.Path(sys.argv[1]).write_text(sys.stdin.read())"

    def config(**hooks):
        command = (sys.executable, "-c", code, str(tmp_path / "told.json"))
        return PipelineConfig(name="shop", root=str(tmp_path / "a run"), hooks=HooksConfig(command=command, **hooks))

    return config


@pytest.fixture
def told(tmp_path):
    """What the program was told."""
    return lambda: json.loads((tmp_path / "told.json").read_text())


def test_a_run_that_was_refused_before_it_had_a_root_makes_none(tmp_path, shop, told):
    with pytest.raises(NotReadyError), telling.told(shop(), "tandem run"):
        raise NotReadyError("root = a run: cannot be written to.")
    assert told()["state"] == "failed" and not (tmp_path / "a run").exists()


def metrics(tmp_path):
    (file,) = (tmp_path / "a run" / "metrics").glob("*.prom")
    assert file.name == "tandem_shop_run.prom"
    return file.read_text()


def a_run(tmp_path):
    past = PastRuns(tmp_path / "a run")
    finish(past, report())
    return past


def test_a_run_is_told_with_its_number_its_components_and_its_examples(tmp_path, shop, told):
    with telling.told(shop(), "tandem run") as this:
        a_run(tmp_path)
        this.report = report()
    assert (told()["state"], told()["run"], told()["root"]) == ("pushed", 1, str(tmp_path / "a run"))
    text = metrics(tmp_path)
    assert 'tandem_run_state{pipeline="shop",command="run",state="pushed"} 1\n' in text
    assert 'tandem_component_duration_seconds{pipeline="shop",command="run",component="Trainer"} ' in text
    assert 'tandem_examples{pipeline="shop",command="run",split="train"} 600\n' in text
    assert 'tandem_rows_refused{pipeline="shop",command="run",kind="event"} 3\n' in text


def test_a_run_that_only_repeats_another_has_its_number_and_no_components(tmp_path, shop, told):
    a_run(tmp_path)
    time.sleep(0.01)
    with telling.told(shop(), "tandem run") as this:
        this.report = report(outcome="unchanged")
    assert (told()["state"], told()["run"]) == ("unchanged", 1)
    assert "tandem_component" not in metrics(tmp_path) and "tandem_examples" in metrics(tmp_path)


def test_a_failure_before_the_first_component_is_told_too_and_goes_on(tmp_path, shop, told):
    a_run(tmp_path)
    time.sleep(0.01)
    with pytest.raises(NotReadyError), telling.told(shop(), "tandem run"):
        raise NotReadyError("data.events = day.csv: no such file.")
    assert (told()["state"], told()["run"], told()["exit_code"]) == ("failed", None, 1)
    assert told()["error"]["text"] == "data.events = day.csv: no such file."
    assert 'state="failed"} 1' in metrics(tmp_path)


def test_a_second_run_at_once_is_told_and_leaves_the_metrics_of_the_first(tmp_path, shop, told):
    (tmp_path / "a run").mkdir()
    with pytest.raises(RootInUseError), telling.told(shop(), "tandem run"):
        raise RootInUseError("a run is in use by tandem run, process 7")
    assert told()["error"]["text"].startswith("a run is in use")
    assert not (tmp_path / "a run" / "metrics").exists()


def test_an_interruption_is_not_told_of(tmp_path, shop):
    with pytest.raises(KeyboardInterrupt), telling.told(shop(), "tandem run"):
        raise KeyboardInterrupt
    assert not (tmp_path / "told.json").exists()


def warnings_of(caplog):
    return [each.getMessage() for each in caplog.records if each.levelno >= logging.WARNING]


def test_the_url_gets_the_same_object_and_stands_nowhere(tmp_path, shop, told, answering, monkeypatch, caplog):
    caplog.set_level(logging.DEBUG)
    server = answering(200, 500)
    monkeypatch.setenv(VARIABLE, server.url)
    config = shop(webhook_variable=VARIABLE, webhook_attempts=1)
    with telling.told(config, "tandem run") as this:
        finish(PastRuns(tmp_path / "a run"), report(), hooks=config.hooks)
        this.report = report()
    with pytest.raises(ValueError, match="broken"), telling.told(config, "tandem run"):
        raise ValueError("broken")
    assert [each["state"] for _, _, each in server.got] == ["pushed", "failed"] and server.got[1][2] == told()
    (warning,) = warnings_of(caplog)
    assert warning == f"The URL in {VARIABLE} (hooks.webhook_variable) was not told of this run: the answer was 500."
    written = [path.read_bytes() for path in Path(tmp_path).rglob("*") if path.is_file()]
    assert VARIABLE.encode() in b"".join(written)  # The records hold the settings.
    assert not any(secret in text for secret in (b"T0KEN", b"S3CRET") for text in written)
    assert "T0KEN" not in caplog.text and "T0KEN" not in str(read_records(config.run_root))


def test_a_variable_that_is_not_set_is_a_warning(shop, told, monkeypatch, caplog):
    monkeypatch.delenv(VARIABLE, raising=False)
    with telling.told(shop(webhook_variable=VARIABLE), "tandem run") as this:
        this.report = report()
    assert warnings_of(caplog) == [
        f"The URL in {VARIABLE} (hooks.webhook_variable) was not told of this run: it is not set in this environment."
    ]
    assert told()["state"] == "pushed"  # The program is told all the same.


def test_a_run_ends_well_whoever_cannot_be_told(tmp_path, caplog):
    (tmp_path / "file").write_text("")
    hooks = HooksConfig(command=("/no/program",), metrics_folder=str(tmp_path / "file"))
    with telling.told(PipelineConfig(name="shop", root=str(tmp_path / "run"), hooks=hooks), "tandem run") as this:
        this.report = report()
    first, second = warnings_of(caplog)
    assert first.startswith("Metrics of this run could not be written (") and str(tmp_path / "file") in first
    assert second == (
        "/no/program (hooks.command) was not told of this run: it cannot be started: No such file or directory."
    )


def test_metrics_go_where_they_are_wanted_and_one_of_another_command_stays(tmp_path, shop):
    for command in ("tandem run", "tandem index"):
        config = shop(metrics_folder=str(tmp_path / "collected here"))
        with telling.told(config, command) as this:
            this.report = report()
    names = sorted(path.name for path in (tmp_path / "collected here").iterdir())
    assert names == ["tandem_shop_index.prom", "tandem_shop_run.prom"]
