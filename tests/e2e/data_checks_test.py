"""Data that is not what it was ends a run before anything is trained."""

import dataclasses

import pytest

from components.data_checks.checks_config import DataChecksConfig
from components.raw_files.refusal import DataError
from tests.support import surface_examples, tiny_logs

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]


@pytest.fixture
def config_of(tmp_path):
    """A configuration of the newest of some days; the second is a day of searches alone."""
    from tfx_pipeline.config.pipeline_config import load_config  # Imports TensorFlow: seconds.

    path = tiny_logs.write(tmp_path)
    header, *rows = (tmp_path / "events.tsv").read_text().splitlines()
    searched = [row.replace("\trecommendation\t\t\t", "\tsearch\tmug\t\t") for row in rows]

    def config(day, *overrides):
        folder = tmp_path / f"day-{day}"
        folder.mkdir()
        (folder / "events.tsv").write_text("\n".join([header, *(rows if day == 1 else searched)]) + "\n")
        of_a_day = [f"data.events={tmp_path}/day-{{SPAN}}/events.tsv", "data.last_spans=1"]
        return load_config(str(path), [*of_a_day, *overrides])

    return config


def test_neither_skew_nor_drift_is_trained_on(config_of, tmp_path):
    from tfx import v1 as tfx  # Many seconds.
    from tfx.orchestration.pipeline import RunOptions

    from tfx_pipeline.pipeline import create_pipeline
    from tfx_pipeline.report import RunHistory
    from tfx_pipeline.runners import local_runner
    from tfx_pipeline.runners.watched_runner import ComponentFailed

    # Half of the first day is search, of its requests nine tenths.
    requests = surface_examples.write(tmp_path / "requests", search_share=0.9)
    first = config_of(1, f"data_checks.requests={requests}")
    with pytest.raises(ComponentFailed, match=r"train beside requests, surface: ") as skew:
        local_runner.run(first)
    assert isinstance(skew.value.__cause__, DataError)
    # Without requests the first passes, and the second, which has no feed any more, is compared with it.
    unasked = dataclasses.replace(first, data_checks=DataChecksConfig())
    tfx.orchestration.LocalDagRunner().run(create_pipeline(unasked), RunOptions(to_nodes=["DataChecks"]))
    with pytest.raises(ComponentFailed, match=r"train since the last span, surface: ") as drift:
        local_runner.run(config_of(2))
    assert "beside requests" not in str(drift.value)
    ran = RunHistory(first).executions_since(0)
    assert "DataChecks" in ran and not {"Transform", "Trainer"} & set(ran)
