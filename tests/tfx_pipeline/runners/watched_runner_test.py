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


class Told(RunWatcher):
    def __init__(self):
        self.told = []

    def run_begins(self, components):
        self.told.append(list(components))

    def component_begins(self, component):
        self.told.append(f"{component} begins")

    def component_ends(self, component, is_cached):
        self.told.append(f"{component} {'cached' if is_cached else 'ran'}")

    def component_fails(self, component):
        self.told.append(f"{component} failed")


def run(folder, watcher, *texts):
    components = [Writer(text=text).with_id(f"Writer{place}") for place, text in enumerate(texts)]
    connection = tfx.orchestration.metadata.sqlite_metadata_connection_config(str(folder / "metadata.sqlite"))
    WatchedRunner(watcher).run(
        tfx.dsl.Pipeline("watched", str(folder / "root"), connection, components, enable_cache=True)
    )


def test_tells_the_order_what_runs_and_what_comes_from_the_cache(tmp_path):
    run(tmp_path, RunWatcher(), "a")
    watcher = Told()
    run(tmp_path, watcher, "a", "b")
    order = ["Writer0", "Writer1"]
    assert watcher.told == [order, "Writer0 begins", "Writer0 cached", "Writer1 begins", "Writer1 ran"]


def test_a_component_that_fails_is_named_and_those_after_it_do_not_run(tmp_path):
    watcher = Told()
    with pytest.raises(ComponentFailed, match="Writer0: events.tsv: row 3") as failed:
        run(tmp_path, watcher, "bad", "b")
    assert failed.value.component == "Writer0" and isinstance(failed.value.__cause__, ValueError)
    assert watcher.told[1:] == ["Writer0 begins", "Writer0 failed"]
