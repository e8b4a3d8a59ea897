import os
from pathlib import Path

import pytest

from tfx_pipeline.config.loading import ConfigError, as_dict, from_dict
from tfx_pipeline.config.pipeline_config import RETRIEVAL_INDICES, PipelineConfig, ServedModel, load_config
from tfx_pipeline.export.catalogue import retrieval_index

CONFIGS = Path(__file__).resolve().parents[3] / "configs"


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "c.yaml"
    file.write_text("name: shop\ndata: {events: a.tsv, recommendation_history: 7, search_history: 9}\n")
    return str(file)


@pytest.mark.parametrize("model", ["unisar", "unifiedssr"])
def test_the_models_follow_the_lengths_of_the_data(path, model):
    config = getattr(load_config(path), model)
    assert (config.recommendation_history, config.search_history) == (7, 9)


def test_one_model_of_both_surfaces_is_served(path, tmp_path):
    (served,) = load_config(path, [f"root={tmp_path}"]).served_models
    assert served == ServedModel(
        "shop", f"{tmp_path}/pushed/shop", ("recommendation", "search"), node_prefix="", retrieves=False
    )
    for overrides in (["model=unifiedssr"], ["retriever.model=unifiedssr"]):
        (served,) = load_config(path, overrides).served_models
        assert served.retrieves


def test_a_platform_of_one_surface_is_judged_there_alone(path):
    (served,) = load_config(path, ["train.surfaces=[search]"]).served_models
    assert served.surfaces == ("search",)


def test_with_fine_tuning_each_surface_has_a_model_of_its_own(path, tmp_path):
    overrides = [f"root={tmp_path}", "model=unifiedssr", "fine_tuning.surfaces=[search, recommendation]"]
    config = load_config(path, overrides)
    assert config.served_models == (
        ServedModel("shop_search", f"{tmp_path}/pushed/shop_search", ("search",), "Search", True),
        ServedModel(
            "shop_recommendation", f"{tmp_path}/pushed/shop_recommendation", ("recommendation",), "Recommendation", True
        ),
    )
    # Several nodes train, so TensorBoard looks for logs in the folders of all.
    assert config.tensorboard_dir == config.pipeline_root


def test_everything_lies_below_the_root(path, tmp_path):
    config = load_config(path, [f"root={tmp_path}/r"])
    assert config.pushed_model_dir == f"{tmp_path}/r/pushed/shop"
    assert config.metadata_path == f"{tmp_path}/r/metadata.sqlite"
    assert config.passed_statistics_dir == f"{tmp_path}/r/passed_statistics"
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
        ("model=gpt", "`model`: there is no 'gpt'. Known: unifiedssr, unisar."),
        ("train.negatives=-1", "`train`: `negatives` should be at least 0. Received: negatives=-1"),
        ("train.batch_size=0", "`train`: `batch_size` should be at least 1. Received: batch_size=0"),
        (
            "train.plateau_factor=1.5",
            "`train`: `plateau_factor` should lie between 0 and 1. Received: plateau_factor=1.5",
        ),
        ("train.surfaces=[]", "`train`: `surfaces` should name at least one surface. Received: surfaces=()"),
        (
            "fine_tuning.surfaces=[feed]",
            "`fine_tuning`: `surfaces` should be among recommendation, search. Received: surfaces=feed",
        ),
        (
            "train.ema_momentum=1",
            "`train`: `ema_momentum` should be at least 0 and below 1. Received: ema_momentum=1",
        ),
        ("fine_tuning.epochs=0", "`fine_tuning`: `epochs` should be at least 1. Received: epochs=0"),
        (
            "train.warmup_steps=10",
            "`train`: `plateau_patience` should be 0 with a schedule of its own, which `warmup_steps` asks for. "
            "Received: plateau_patience=1, warmup_steps=10",
        ),
        (
            "export.retrieval_index=faiss",
            "`export`: `retrieval_index` should be one of brute_force, scann. Received: retrieval_index='faiss'",
        ),
        (
            "retriever.model=unisar",
            "`retriever.model`: 'unisar' does not retrieve. Those that do: unifiedssr.",
        ),
        ("retriever.retrieved=0", "`retriever`: `retrieved` should be from 1 to 10000. Received: retrieved=0"),
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


def test_a_retriever_and_fine_tuning_exclude_each_other(path):
    with pytest.raises(ConfigError, match="`retriever.model` and `fine_tuning.surfaces` do not go together"):
        load_config(path, ["retriever.model=unifiedssr", "fine_tuning.surfaces=[search]"])


@pytest.mark.parametrize("file", sorted(CONFIGS.glob("*.yaml")), ids=lambda file: file.name)
def test_every_configuration_that_comes_along_loads(file):
    config = load_config(str(file))
    assert config.name == file.stem
    assert from_dict(PipelineConfig, as_dict(config)) == config


def test_the_indices_are_those_of_the_export():
    assert RETRIEVAL_INDICES == retrieval_index.KINDS  # Which to import takes TensorFlow.
