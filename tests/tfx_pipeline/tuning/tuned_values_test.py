import json

import keras_tuner
import pytest

from tfx_pipeline.config.search_space import Dimension
from tfx_pipeline.tuning import tuned_values


@pytest.mark.parametrize(
    ("values", "kept"),
    [
        ((8, 16), [8, 16]),
        ((0.1, 0.25), ["0.1", "0.25"]),
        # KerasTuner would make 1 and 0 of them.
        ((True, False), ["true", "false"]),
        (("mixture", "single_task"), ['"mixture"', '"single_task"']),
        (((8,), (16, 8)), ["[8]", "[16, 8]"]),
        # It takes values of one type alone.
        (("auto", 64), ['"auto"', "64"]),
    ],
)
def test_values_come_back_as_they_were(values, kept):
    dimension = Dimension("unisar.any", values)
    assert tuned_values.as_kept(dimension) == kept
    parameters = keras_tuner.HyperParameters()
    parameters.Choice(dimension.name, tuned_values.as_kept(dimension))
    for each, value in zip(kept, values, strict=True):
        parameters.values[dimension.name] = each
        (read,) = tuned_values.values_of(parameters.get_config()).values()
        assert read == (list(value) if isinstance(value, tuple) else value)
        assert type(read) is (list if isinstance(value, tuple) else type(value))


def searched(**values):
    return {"space": [{"config": {"name": name}} for name in values], "values": values}


def test_a_number_of_a_range_has_four_digits_and_what_keras_tuner_adds_is_no_field():
    parameters = searched(rate=0.00123456, layers=3)
    parameters["values"]["tuner/epochs"] = 9
    assert tuned_values.values_of(parameters) == {"rate": 0.001235, "layers": 3}


CUSTOM = {"model_name": "unisar", "model_config": {"dim": 64, "dropout": 0.1}, "train": {"batch_size": "auto"}}


def test_a_trainer_takes_the_best_values_of_its_own_fields():
    best = {"unisar.dim": 32, "train.batch_size": 64, "retriever.train.learning_rate": 0.5}
    assert tuned_values.settled({**CUSTOM, "tuned": list(best)}, best) == {
        "model_name": "unisar",
        "model_config": {"dim": 32, "dropout": 0.1},
        "train": {"batch_size": 64, "learning_rate": 0.5},
    }
    # A training that comes after has a rate and a size of its own.
    assert tuned_values.settled({**CUSTOM, "tuned": ["unisar.dim"]}, best)["train"] == {"batch_size": "auto"}
    assert tuned_values.settled(CUSTOM, {}) == CUSTOM
    assert CUSTOM["model_config"]["dim"] == 64


def test_the_best_values_are_read_from_the_only_file_of_their_folder(tmp_path):
    (tmp_path / "best_hyperparameters.txt").write_text(
        json.dumps(searched(**{"unisar.dim": 8, "unisar.fusion": "true"}))
    )
    assert tuned_values.read_best(str(tmp_path)) == {"unisar.dim": 8, "unisar.fusion": True}
