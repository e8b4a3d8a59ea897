import keras
import numpy as np
import pytest

from tfx_pipeline.training import trained_weights


def model(units=2, value=0.0):
    made = keras.Sequential([keras.layers.Dense(units, kernel_initializer=keras.initializers.Constant(value))])
    made.build((None, 3))
    return made


def test_a_model_gets_the_weights_of_another_training(tmp_path):
    model_dir = str(tmp_path / "model" / "Format-Serving")
    trained_weights.save(model(value=0.5), model_dir)
    assert [path.name for path in (tmp_path / "model").iterdir()] == ["model.weights.h5"]
    fresh = model()
    trained_weights.load(fresh, model_dir + "/")
    np.testing.assert_array_equal(fresh.get_weights()[0], np.full((3, 2), 0.5))


def test_weights_that_are_not_there_are_missed_by_name(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"model\.weights\.h5 is not there, so there are no weights to start"):
        trained_weights.load(model(), str(tmp_path / "Format-Serving"))


def test_weights_of_another_model_are_refused(tmp_path):
    trained_weights.save(model(units=4), str(tmp_path / "Format-Serving"))
    with pytest.raises(ValueError, match="shape"):
        trained_weights.load(model(units=2), str(tmp_path / "Format-Serving"))
