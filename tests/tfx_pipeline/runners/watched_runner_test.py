from unittest.mock import call, create_autospec

import pytest
from tfx import v1 as tfx
from tfx.dsl.component.experimental.annotations import OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component

from tfx_pipeline.runners.run_watcher import RunWatcher
from tfx_pipeline.runners.watched_runner import ComponentFailed, WatchedRunner


@component
def Writer(text: Parameter[str], model: OutputArtifact[tfx.types.standard_artifacts.Model]):
    """A component that fails if it is told to."""
    if text == "bad":
        raise ValueError("events.tsv: row 3")
    model.set_string_custom_property("text", text)


def run(folder, watcher, *texts):
    components = [Writer(text=text).with_id(f"Writer{place}") for place, text in enumerate(texts)]
    connection = tfx.orchestration.metadata.sqlite_metadata_connection_config(str(folder / "metadata.sqlite"))
    WatchedRunner(watcher).run(
        tfx.dsl.Pipeline("watched", str(folder / "root"), connection, components, enable_cache=True)
    )


def test_tells_the_order_what_runs_and_what_comes_from_the_cache(tmp_path):
    run(tmp_path, RunWatcher(), "a")
    watcher = create_autospec(RunWatcher)
    run(tmp_path, watcher, "a", "b")
    cached = [call.component_begins("Writer0"), call.component_ends("Writer0", True)]
    ran = [call.component_begins("Writer1"), call.component_ends("Writer1", False)]
    assert watcher.mock_calls == [call.run_begins(["Writer0", "Writer1"]), *cached, *ran]


def test_a_component_that_fails_is_named_and_those_after_it_do_not_run(tmp_path):
    watcher = create_autospec(RunWatcher)
    with pytest.raises(ComponentFailed, match="Writer0: events.tsv: row 3") as failed:
        run(tmp_path, watcher, "bad", "b")
    assert failed.value.component == "Writer0" and isinstance(failed.value.__cause__, ValueError)
    assert watcher.mock_calls[1:] == [call.component_begins("Writer0"), call.component_fails("Writer0")]
