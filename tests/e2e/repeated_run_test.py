"""What a run says and does when it is repeated after something happened to what was pushed."""

import shutil
from pathlib import Path

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

# Whatever the model is worth, it is blessed.
LENIENT = ["train.epochs=1", "evaluation.margin=-1"]


class Shop:
    """A configuration of a tiny pipeline, to be run again and again."""

    def __init__(self, path: Path):
        self._path = path

    def run(self, *overrides: str):
        """Runs it: the report, and the model's part of it."""
        from tfx_pipeline.config.pipeline_config import load_config
        from tfx_pipeline.runners import local_runner  # Imports TFX: many seconds.

        config = load_config(str(self._path), [*LENIENT, *overrides])
        report = local_runner.run(config)
        return report, report.models["tiny"]


@pytest.fixture(scope="module")
def shop(tiny_config):
    """Pushed once, in folders of these tests' own."""
    return Shop(tiny_config)


@pytest.fixture
def pushed(shop, tmp_path):
    """A run whose model is pushed to a folder of the test's own; it trains nothing after the first test."""
    folder = tmp_path / "models with a space"
    report, model = shop.run(f"push_to={folder}")
    assert model.outcome == "pushed" and [path.name for path in folder.iterdir()] == [model.version]
    return folder, model.version


def again(shop, folder, *overrides):
    return shop.run(f"push_to={folder}", *overrides)


def test_a_version_that_was_removed_is_pushed_again_once(shop, pushed):
    folder, version = pushed
    shutil.rmtree(folder / version)
    report, model = again(shop, folder)
    assert report.ran == ("Pusher",) and model.outcome == "pushed"
    assert [path.name for path in folder.iterdir()] == [model.version]
    report, repeated = again(shop, folder)
    assert report.ran == () and (repeated.outcome, repeated.version) == ("unchanged", model.version)


def test_a_run_that_was_stopped_after_the_push_does_not_push_again(shop, tmp_path, monkeypatch):
    from tfx.utils import io_utils

    folder, copy = tmp_path / "models", io_utils.copy_dir

    def stopped_before_the_end(source, destination, **options):
        copy(source, destination, **options)
        if "pushed_model" in destination:  # The version is whole; the archive of it is not told of any more.
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(io_utils, "copy_dir", stopped_before_the_end)
        with pytest.raises(KeyboardInterrupt):
            again(shop, folder)
    (version,) = (path.name for path in folder.iterdir())
    report, model = again(shop, folder)
    assert report.ran == ("Pusher",) and (model.outcome, model.version) == ("pushed", version)
    assert [path.name for path in folder.iterdir()] == [version]


def test_a_run_that_was_stopped_within_the_push_pushes_one_whole_version(shop, tmp_path, monkeypatch):
    from tfx.utils import io_utils

    folder = tmp_path / "models"

    def stopped(source, destination, **options):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(io_utils, "copy_file", stopped)  # What copies the graph, last.
        with pytest.raises(KeyboardInterrupt):
            again(shop, folder)
    (half,) = folder.iterdir()
    assert not (half / "saved_model.pb").exists() and (half / "variables").exists()
    _, model = again(shop, folder)
    assert model.outcome == "pushed"
    (version,) = folder.iterdir()
    assert version.name == model.version and (version / "saved_model.pb").exists()


def test_a_model_that_is_not_good_enough_is_told_of_again(shop, pushed):
    folder, version = pushed
    first, one = again(shop, folder, "evaluation.margin=0.99")
    second, two = again(shop, folder, "evaluation.margin=0.99")
    assert "Evaluator" in first.ran and second.ran == ()
    assert one == two and (one.outcome, one.version, one.pushed_version) == ("not_pushed", "", version)
    assert one.shortfalls


def test_another_model_has_to_beat_the_last_pushed_and_the_first_one_then_beats_that(shop, pushed):
    folder, version = pushed
    _, other = again(shop, folder, "train.learning_rate=0.02")
    assert (other.outcome, other.baseline) == ("pushed", f"last blessed version {version}")
    assert int(other.version) > int(version)
    _, first = again(shop, folder)
    assert (first.outcome, first.baseline) == ("pushed", f"last blessed version {other.version}")
    report, repeated = again(shop, folder)
    assert report.ran == () and (repeated.outcome, repeated.version) == ("unchanged", first.version)


def test_after_a_rollback_the_same_run_is_pushed_again(shop, pushed):
    folder, version = pushed
    _, other = again(shop, folder, "train.learning_rate=0.02")
    shutil.rmtree(folder / other.version)
    # The first model is the newest again, and what its run says.
    report, first = again(shop, folder)
    assert report.ran == () and (first.outcome, first.version) == ("unchanged", version)
    _, back = again(shop, folder, "train.learning_rate=0.02")
    assert back.outcome == "pushed" and back.version in {path.name for path in folder.iterdir()}
