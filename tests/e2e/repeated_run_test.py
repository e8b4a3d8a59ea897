"""What a run says and does when it is repeated after something happened to what was pushed."""

import shutil

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]


@pytest.fixture
def folder(tmp_path):
    """A folder of the test's own, in which its runs push."""
    return tmp_path / "models with a space"


@pytest.fixture
def run(tiny_config, folder):
    """Runs a tiny pipeline and returns the report and the model's part of it. Trainings of earlier tests are cached."""
    from tfx_pipeline.config.pipeline_config import load_config
    from tfx_pipeline.runners import local_runner  # Imports TFX: many seconds.

    def again(*overrides):
        # Whatever the model is worth, it is blessed.
        lenient = [f"push_to={folder}", "train.epochs=1", "evaluation.margin=-1"]
        report = local_runner.run(load_config(str(tiny_config), [*lenient, *overrides]))
        return report, report.models["tiny"]

    return again


@pytest.fixture
def version(run, folder):
    """The version that a first run has pushed."""
    _, model = run()
    assert model.outcome == "pushed" and [path.name for path in folder.iterdir()] == [model.version]
    return model.version


def test_a_version_that_was_removed_is_pushed_again_once(run, folder, version):
    shutil.rmtree(folder / version)
    report, model = run()
    assert report.ran == ("Pusher",) and model.outcome == "pushed"
    assert [path.name for path in folder.iterdir()] == [model.version]
    report, repeated = run()
    assert report.ran == () and (repeated.outcome, repeated.version) == ("unchanged", model.version)


@pytest.mark.parametrize("copied", ["copy_file", "copy_dir"])
def test_a_run_that_was_stopped_while_it_pushed_ends_with_one_whole_version(run, folder, monkeypatch, copied):
    from tfx.utils import io_utils

    copy_dir = io_utils.copy_dir

    def stopped(source, destination, **options):
        if copied == "copy_dir":
            copy_dir(source, destination, **options)
        # The version is whole after its folder was copied; the archive of it is not told of any more. Before its last
        # file, the graph, it is half.
        if copied == "copy_file" or "pushed_model" in destination:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(io_utils, copied, stopped)
        with pytest.raises(KeyboardInterrupt):
            run()
    (left,) = folder.iterdir()
    is_whole = (left / "saved_model.pb").exists()
    assert is_whole == (copied == "copy_dir") and (left / "variables").exists()
    report, model = run()
    assert model.outcome == "pushed"
    (version,) = folder.iterdir()
    assert version.name == model.version and (version / "saved_model.pb").exists()
    if is_whole:
        assert report.ran == ("Pusher",) and version == left


def test_a_model_that_is_not_good_enough_is_told_of_again(run, version):
    first, one = run("evaluation.margin=0.99")
    second, two = run("evaluation.margin=0.99")
    assert "Evaluator" in first.ran and second.ran == ()
    assert one == two and (one.outcome, one.version, one.pushed_version) == ("not_pushed", "", version)
    assert one.shortfalls


def test_another_model_has_to_beat_the_last_pushed_until_that_is_rolled_back(run, folder, version):
    another = "train.learning_rate=0.02"
    _, other = run(another)
    assert (other.outcome, other.baseline) == ("pushed", f"last blessed version {version}")
    assert int(other.version) > int(version)
    # After a rollback the first model is the newest again, and what its run says.
    shutil.rmtree(folder / other.version)
    report, first = run()
    assert report.ran == () and (first.outcome, first.version) == ("unchanged", version)
    _, back = run(another)
    assert back.outcome == "pushed" and back.version in {path.name for path in folder.iterdir()}
    # The first one has to beat that again, and is then what stays.
    _, first = run()
    assert (first.outcome, first.baseline) == ("pushed", f"last blessed version {back.version}")
    report, repeated = run()
    assert report.ran == () and (repeated.outcome, repeated.version) == ("unchanged", first.version)
