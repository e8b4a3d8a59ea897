import re

import pytest

from tests.support import tiny_logs
from tfx_pipeline.config.loading import ConfigError
from tfx_pipeline.config.pipeline_config import load_config
from tfx_pipeline.config.search_space import Dimension, search_space, with_values


@pytest.fixture
def load(tmp_path):
    path = str(tiny_logs.write(tmp_path))

    def with_space(space, *overrides):
        return load_config(path, [*overrides, f"tune.space={space}"])

    return with_space


RETRIEVER = "retriever.model=unifiedssr"


def test_fields_are_read_by_their_types(load):
    space = search_space(
        load(
            "{unisar.dim: [32, 64, 32], unisar.dropout: [0, 0.5], unisar.fusion: [true, false], "
            "unisar.tower_units: [[8], [16, 8]], train.batch_size: [auto, 64], unisar.experts: [mixture], "
            "train.learning_rate: {low: 1e-4, high: 1e-2, scale: log}, unisar.num_layers: {low: 1, high: 3}}"
        )
    )
    assert (space.training, space.model) == ("train", "unisar")
    assert space.dimensions == (
        Dimension("unisar.dim", (32, 64)),
        Dimension("unisar.dropout", (0.0, 0.5)),
        Dimension("unisar.fusion", (True, False)),
        Dimension("unisar.tower_units", ((8,), (16, 8))),
        Dimension("train.batch_size", ("auto", 64)),
        Dimension("unisar.experts", ("mixture",)),
        Dimension("train.learning_rate", low=1e-4, high=1e-2, scale="log"),
        Dimension("unisar.num_layers", low=1, high=3, whole=True),
    )
    assert str(space.dimensions[0]) == "unisar.dim: 32, 64"
    assert str(space.dimensions[-2]) == "train.learning_rate: 0.0001 to 0.01 (log)"


def test_fields_may_stand_below_their_section(load, tmp_path):
    path = str(tmp_path / "tiny.yaml")
    written = load_config(path, ["tune.space.unisar.dim=[8]", "tune.space.train.learning_rate={low: 0.1, high: 0.2}"])
    assert search_space(written) == search_space(load("{unisar.dim: [8], train.learning_rate: {low: 0.1, high: 0.2}}"))


@pytest.mark.parametrize(
    ("space", "training", "model"),
    [
        ("{retriever.train.batch_size: [32]}", "retriever.train", "unifiedssr"),
        ("{unifiedssr.dim: [32], retriever.train.batch_size: [32]}", "retriever.train", "unifiedssr"),
        ("{unifiedssr.dim: [32]}", "retriever.train", "unifiedssr"),
        ("{unisar.dim: [32]}", "train", "unisar"),
    ],
)
def test_the_fields_say_which_model_is_tuned(space, training, model, load):
    found = search_space(load(space, RETRIEVER))
    assert (found.training, found.model) == (training, model)


@pytest.mark.parametrize(
    ("space", "text"),
    [
        ("{unisar.dimm: [8]}", "there is no field `unisar.dimm`. Did you mean `unisar.dim`?"),
        ("{nothing: [8]}", "there is no field `nothing`."),
        ("{unisar.dim: []}", "`unisar.dim` has no values; name at least one"),
        ("{unisar.dim: 8}", "`unisar.dim` wants a list of values, or a range with `low` and `high`, got 8."),
        ("{unisar.dim: [wide]}", "`unisar.dim` wants a whole number, got 'wide'."),
        ("{unisar.dim: [8.5]}", "`unisar.dim` wants a whole number, got 8.5."),
        ("{unisar.dim: {low: 8}}", "`unisar.dim` wants `low`, `high` and, if it should be, `scale: log`"),
        ("{unisar.dim: {low: 8, high: 9, step: 1}}", "`unisar.dim` wants `low`, `high` and"),
        ("{unisar.dim: {low: 9, high: 8}}", "`unisar.dim` wants a `low` below its `high`, got 9 and 8."),
        ("{unisar.dropout: {low: 0, high: 0.5, scale: log}}", "wants a `low` above 0 with `scale: log`, got 0."),
        ("{unisar.dropout: {low: 0, high: 0.5, scale: cubic}}", "should be one of linear, log, got 'cubic'."),
        ("{unisar.fusion: {low: 0, high: 1}}", "`unisar.fusion` is no number, so it has no range"),
        ("{unisar.dropout: [0.1, 1.5]}", "`unisar.dropout` cannot be 1.5: `dropout` should be at least 0 and below 1."),
        ("{unisar.dropout: {low: 0.1, high: 1.0}}", "`unisar.dropout` cannot be 1.0"),
        ("{unisar.dim: [16, 17]}", "`unisar.dim` cannot be 17: `num_heads` should divide `dim`."),
        ("{train.epochs: [3]}", "`train.epochs` is not varied: early stopping ends a training; set `tune.max_epochs`."),
        ("{train.surfaces: [[search]]}", "`train.surfaces` is not varied"),
        ("{train.seed: [1, 2]}", "`train.seed` is not varied"),
        ("{train.warm_start: [true]}", "`train.warm_start` is not varied: every trial begins anew"),
        ("{train.learning_rate: [0.1]}", "`train.learning_rate` changes nothing: `train.noam_factor` sets"),
        ("{unifiedssr.dim: [8]}", "`unifiedssr.dim` changes nothing: this configuration trains unisar."),
        ("{retriever.train.batch_size: [8]}", "`retriever.train.batch_size` changes nothing"),
        ("{data.train_negatives: [1, 2]}", "`data.train_negatives` belongs to neither"),
        ("{transform.max_items: [10]}", "Compare values of it with `tandem experiment`."),
        ("{fine_tuning.epochs: [1]}", "`fine_tuning.epochs` belongs to neither"),
        ("{unisar.search_history: [3]}", "`unisar.search_history` follows `data.search_history`"),
        ("{unisar.repeat_features: [true]}", "`unisar.repeat_features` cannot be True: `unisar.repeat_features` needs"),
    ],
)
def test_what_cannot_be_tried_is_refused_with_file_field_and_mend(space, text, load):
    noam = ["train.noam_factor=1", "train.warmup_steps=10"] if "learning_rate" in space else []
    with pytest.raises(ConfigError, match=re.escape(text)) as refused:
        load(space, *noam)
    assert re.match(r"\S*tiny\.yaml: `tune\.space`: |\S*tiny\.yaml: tune\.space: ", str(refused.value))


def test_two_trainings_are_not_tuned_at_once(load):
    with pytest.raises(ConfigError, match=r"names fields of both trainings: unisar\.dim, retriever\.train\.batch_size"):
        load("{unisar.dim: [8], retriever.train.batch_size: [8]}", RETRIEVER)


def test_values_that_go_together_are_taken_though_none_goes_alone(load):
    assert len(search_space(load("{unisar.dim: [33, 66], unisar.num_heads: [3]}")).dimensions) == 2
    with pytest.raises(ConfigError, match=r"`unisar\.dim` cannot be 34"):
        load("{unisar.dim: [33, 34], unisar.num_heads: [3]}")


def test_without_a_space_the_usual_fields_of_the_model_are_tried(tmp_path):
    path = str(tiny_logs.write(tmp_path))

    def usual(*overrides):
        return {each.name: each for each in search_space(load_config(path, ["tune={}", *overrides])).dimensions}

    assert list(usual()) == ["unisar.dim", "unisar.num_layers", "unisar.dropout", "train.learning_rate"]
    assert list(usual("model=unifiedssr"))[0] == "unifiedssr.dim"
    # 32, 64 and 128: what this configuration cannot have is left out, for nobody has asked for it.
    assert usual("unisar.dim=64", "unisar.num_heads=64")["unisar.dim"].values == (64, 128)
    assert "train.learning_rate" not in usual(
        "train.noam_factor=1", "train.warmup_steps=10", "train.plateau_patience=0"
    )


def test_values_of_one_section_are_set_together(load):
    config = load("{unisar.dim: [16]}")
    changed = with_values(config, {"unisar.dim": 33, "unisar.num_heads": 3, "retriever.train.batch_size": 7})
    assert (changed.unisar.dim, changed.unisar.num_heads, changed.retriever.train.batch_size) == (33, 3, 7)
    assert changed.unisar.item_dim == config.unisar.item_dim
    with pytest.raises(ValueError, match="should divide"):
        with_values(config, {"unisar.dim": 33})


def test_of_a_space_too_large_to_go_through_each_value_is_tried_alone(load):
    many = "unisar.dropout: [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6], unisar.item_dim: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]"
    more = "unisar.user_dim: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], unisar.word_dim: [1, 2, 3, 4]"
    load(f"{{{many}, {more}, unisar.num_heads: [1, 2]}}")
    with pytest.raises(ConfigError, match=r"`unisar\.num_heads` cannot be 7"):
        load(f"{{{many}, {more}, unisar.num_heads: [1, 7]}}")
