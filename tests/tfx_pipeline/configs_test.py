import dataclasses
import os
from pathlib import Path

import pytest

from tfx_pipeline.config_loading import ConfigError, as_dict, from_dict
from tfx_pipeline.configs import PipelineConfig, load_config

CONFIGS = Path(__file__).resolve().parents[2] / "configs"


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "c.yaml"
    file.write_text("name: shop\ndata: {events: a.tsv, recommendation_history: 7, search_history: 9}\n")
    return str(file)


def test_the_model_follows_the_lengths_of_the_data(path):
    config = load_config(path)
    assert (config.unisar.recommendation_history, config.unisar.search_history) == (7, 9)


def test_everything_lies_below_the_root(path, tmp_path):
    config = load_config(path, [f"root={tmp_path}/r"])
    assert config.pushed_model_dir == f"{tmp_path}/r/pushed/shop"
    assert config.metadata_path == f"{tmp_path}/r/metadata.sqlite"
    assert config.report_path == f"{tmp_path}/r/report.json"
    assert config.tensorboard_dir == f"{tmp_path}/r/artifacts/Trainer/model_run"


def test_the_root_is_named_for_the_pipeline_and_absolute(path):
    assert load_config(path).run_root == os.path.join(os.getcwd(), "runs", "shop")


def test_a_remote_root_stays_as_it_is(path):
    assert load_config(path, ["root=gs://bucket/r"]).pipeline_root == "gs://bucket/r/artifacts"


def test_context_may_be_of_the_moment_and_of_columns(path):
    config = load_config(path, ["data.columns.context=[device]", "transform.context=[weekday, device]"])
    assert config.transform.context == ("weekday", "device")


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("name=", "`name` is empty; it names the pipeline and the pushed model."),
        ("data.events=", "`data.events` is empty; give the path or glob of the event files."),
        ("model=gpt", "`model`: there is no 'gpt'. Known: unisar."),
        ("train.batch_size=0", "`train`: `batch_size` should be at least 1. Received: batch_size=0"),
        (
            "train.plateau_factor=1.5",
            "`train`: `plateau_factor` should lie between 0 and 1. Received: plateau_factor=1.5",
        ),
        (
            "transform.context=[hour, devise]",
            "`transform.context`: there is no 'devise'. Known: hour, weekday; name further columns in "
            "`data.columns.context`.",
        ),
        (
            "data.columns.context=[hour]",
            "`data.columns`: `context` cannot hold 'hour', because that name stands for something else already.",
        ),
        (
            "evaluation.split=tset",
            "`evaluation`: `split` should be one of train, validation, test. Received: split='tset'",
        ),
    ],
)
def test_what_cannot_be_is_refused(path, override, message):
    with pytest.raises(ConfigError, match="c.yaml: ") as caught:
        load_config(path, [override])
    assert message in str(caught.value)


@pytest.mark.parametrize("file", sorted(CONFIGS.glob("*.yaml")), ids=lambda file: file.name)
def test_every_configuration_that_comes_along_loads(file):
    config = load_config(str(file))
    assert config.name == file.stem
    assert from_dict(PipelineConfig, as_dict(config)) == config


def test_every_field_is_documented():
    def classes(config_class):
        yield config_class
        for field in dataclasses.fields(config_class):
            default = field.default_factory if field.default_factory is not dataclasses.MISSING else None
            if dataclasses.is_dataclass(default):
                yield from classes(default)

    missing = [
        f"{each.__name__}.{field.name}"
        for each in classes(PipelineConfig)
        for field in dataclasses.fields(each)
        if f"{field.name}:" not in each.__doc__ and f"`{field.name}`" not in each.__doc__
    ]
    assert missing == []
