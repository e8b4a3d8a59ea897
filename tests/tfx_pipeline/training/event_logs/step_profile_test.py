import keras
import numpy as np
import pytest

from tfx_pipeline.training.event_logs.step_profile import VARIABLE, StepProfile


def profiles(folder, steps):
    """How many files a training of so many steps leaves, and another after it, which needs the profiler, too."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    rows = np.ones((steps, 1), "float32")
    for part in ("first", "second"):
        model.fit(rows, rows, batch_size=1, callbacks=[StepProfile(str(folder / part))], verbose=0)
    return [len(list(folder.glob(f"{part}/plugins/profile/*/*.xplane.pb"))) for part in ("first", "second")]


@pytest.mark.parametrize(
    ("asked", "steps", "files"),
    [
        ("1", 20, [1, 1]),
        # It ends between the steps.
        ("1", 12, [1, 1]),
        ("1", 10, [0, 0]),
        ("0", 20, [0, 0]),
        ("", 20, [0, 0]),
    ],
)
def test_a_few_steps_are_profiled_where_that_is_asked_for(asked, steps, files, tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, asked)
    assert profiles(tmp_path, steps) == files


def test_by_default_nothing_is_profiled(tmp_path, monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    assert profiles(tmp_path, 20) == [0, 0]
