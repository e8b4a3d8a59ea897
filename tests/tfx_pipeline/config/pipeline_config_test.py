import os
from pathlib import Path

import pytest

from components.baselines.rule_names import RULE_NAMES
from components.baselines.slices.slice_names import TITLES
from tfx_pipeline.config.loading import ConfigError, as_dict, from_dict
from tfx_pipeline.config.pipeline_config import (
    RETRIEVAL_INDICES,
    EvaluationConfig,
    PipelineConfig,
    ServedModel,
    load_config,
)
from tfx_pipeline.export.catalogue import retrieval_index

CONFIGS = Path(__file__).resolve().parents[3] / "configs"


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "c.yaml"
    file.write_text("name: shop\ndata: {events: a.tsv, recommendation_history: 7, search_history: 9}\n")
    return str(file)


def test_the_models_follow_the_lengths_of_the_data(path):
    config = load_config(path)
    for model in (config.unisar, config.unifiedssr):
        assert (model.recommendation_history, model.search_history) == (7, 9)


@pytest.mark.parametrize(
    ("overrides", "adds"),
    [
        ([], False),  # Drawn over the catalogue.
        (["data.negatives=popularity"], True),
        # What was shown, and items of the same category, come first, whatever is drawn besides.
        (["data.negatives=shown"], False),
        (["data.negatives=category"], False),
        # UnifiedSSR draws negatives of its own.
        (["data.negatives=popularity", "model=unifiedssr"], False),
        # A popular item without a query's words must not pass one that has them.
        (["data.negatives=popularity", "unisar.overlap_features=true", "unisar.words_first=true"], False),
    ],
)
def test_popularity_is_added_where_negatives_have_taken_it_out(path, overrides, adds):
    assert load_config(path, overrides).adds_item_prior is adds


@pytest.mark.parametrize(
    ("overrides", "surfaces", "retrieves"),
    [
        ([], ("recommendation", "search"), False),
        (["model=unifiedssr"], ("recommendation", "search"), True),
        (["retriever.model=unifiedssr"], ("recommendation", "search"), True),
        # A platform of one surface is judged there alone.
        (["train.surfaces=[search]"], ("search",), False),
    ],
)
def test_one_model_of_all_that_it_was_trained_on_is_served(path, overrides, surfaces, retrieves):
    (served,) = load_config(path, ["root=/r", *overrides]).served_models
    assert served == ServedModel("shop", "/r/pushed/shop", surfaces, node_prefix="", retrieves=retrieves)


def test_with_fine_tuning_each_surface_has_a_model_of_its_own(path):
    overrides = ["root=/r", "model=unifiedssr", "fine_tuning.surfaces=[search, recommendation]"]
    config = load_config(path, overrides)
    assert config.served_models == (
        ServedModel("shop_search", "/r/pushed/shop_search", ("search",), "Search", True),
        ServedModel(
            "shop_recommendation", "/r/pushed/shop_recommendation", ("recommendation",), "Recommendation", True
        ),
    )


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("data.split=train_only", "`data.split` is train_only, so nothing is left to validate and to test"),
        ("data.pretraining_events=b.tsv", "Set `fine_tuning.surfaces`, or leave it out"),
    ],
)
def test_pre_training_is_followed_by_something_else(path, override, message):
    with pytest.raises(ConfigError, match=message):
        load_config(path, [override])


def test_everything_lies_below_the_root(path):
    config = load_config(path, ["root=/r"])
    assert config.pushed_model_dir == "/r/pushed/shop"
    assert config.metadata_path == "/r/metadata.sqlite"
    assert config.passed_statistics_dir == "/r/passed_statistics"
    assert config.report_path == "/r/report.json"
    assert config.tensorboard_dir == "/r/tensorboard"
    # A remote root stays as it is; without one it is named for the pipeline, and absolute.
    assert load_config(path, ["root=gs://bucket/r"]).pipeline_root == "gs://bucket/r/artifacts"
    assert load_config(path).run_root == os.path.join(os.getcwd(), "runs", "shop")


def test_context_may_be_of_the_moment_and_of_columns(path):
    config = load_config(path, ["data.columns.context=[device]", "transform.context=[weekday, device]"])
    assert config.transform.context == ("weekday", "device")


LEAKS = (
    "`unisar.repeat_features` needs negatives of the history, and `data.history_negatives` ({:g}) of {} "
    "`train_negatives` are none: a model would learn that whatever is in the history is wanted. Set "
    "`data.history_negatives: 0.5` and `data.train_negatives: 4`, or leave it out."
)
EXAMINED = "should hold a number above 0, up to 1, for each place from the first on. Received:"
CAPPED = "should be at least 1, or 0 for no limit. Received: place_weight_cap"
EXCLUSIVE = (
    "`retriever.model` and `fine_tuning.surfaces` do not go together: items are retrieved and ranked by models of both "
    "surfaces. Leave one of the two out."
)
WARM = (
    "`train.warm_start` and `fine_tuning.surfaces` do not go together: what is pushed is fine-tuned, so no joint model "
    "is left to start from. Leave one of the two out."
)
CONTEXT = "there is no 'devise'. Known: hour, weekday; name further columns in `data.columns.context`."
NEEDS_WORDS = "needs transform.tokenizer: words. Received: 'subwords', which knows words by their pieces"
SCALES = "transform.number_scale should be one of log, linear. Received: 'cubic'"
UNREAD = (
    "`unifiedssr.item_attributes` is false, so unifiedssr reads nothing of `data.item_columns.numbers and .vectors`. "
    "Set `unifiedssr.item_attributes: true`, or leave `data.item_columns.numbers and .vectors` out."
)
UNREAD_OF_USERS = (
    "`unifiedssr.user_embedding` is false, so unifiedssr reads nothing of `data.user_columns.numbers`. Set "
    "`unifiedssr.user_embedding: true`, or leave `data.user_columns.numbers` out."
)
LENGTHS = (
    "`unisar.search_history` is 5, but `data.search_history`, which is 9, decides how long histories are. Set "
    "`data.search_history` alone."
)
SCHEDULE = (
    "`plateau_patience` should be 0 with a schedule of its own, which `warmup_steps` asks for. Received: "
    "plateau_patience=1, warmup_steps=10"
)


@pytest.mark.parametrize(
    ("section", "field", "value", "message"),
    [
        ("train", "negatives", "-1", "should be at least 0. Received: negatives=-1"),
        ("train", "batch_size", "0", "should be at least 1. Received: batch_size=0"),
        ("train", "plateau_factor", "1.5", "should lie between 0 and 1. Received: plateau_factor=1.5"),
        ("train", "surfaces", "[]", "should name at least one surface. Received: surfaces=()"),
        ("train", "ema_momentum", "1", "should be at least 0 and below 1. Received: ema_momentum=1.0"),
        ("fine_tuning", "epochs", "0", "should be at least 1. Received: epochs=0"),
        ("fine_tuning", "surfaces", "[feed]", "should be among recommendation, search. Received: surfaces=feed"),
        (
            "export",
            "retrieval_index",
            "faiss",
            "should be one of brute_force, scann. Received: retrieval_index='faiss'",
        ),
        ("retriever", "retrieved", "0", "should be from 1 to 10000. Received: retrieved=0"),
        ("evaluation", "split", "tset", "should be one of train, validation, test. Received: split='tset'"),
        ("evaluation", "margin", "2", "should be from -1 to 1. Received: margin=2.0"),
        ("evaluation", "baseline_margin", "-2", "should be from -1 to 1. Received: baseline_margin=-2.0"),
        ("evaluation", "baseline_examples", "-1", "should be at least 0. Received: baseline_examples=-1"),
        ("evaluation", "judged_queries", "-1", "should be at least 0. Received: judged_queries=-1"),
        ("evaluation", "baselines", "[luck]", f"should be some of {', '.join(RULE_NAMES)}. Received: 'luck'"),
        ("evaluation", "baselines", "[popularity, popularity]", "should name each rule once. Received: 'popularity' t"),
        ("evaluation", "metric", "auc", "should be one of hit_rate_at_1, "),
        ("evaluation", "listed_examples", "-1", "should be at least 0. Received: listed_examples=-1"),
        ("evaluation", "examination", "{page: [1]}", "should be told for recommendation and search. Received: 'page'"),
        ("evaluation", "examination.search", "[]", f"{EXAMINED} []"),
        ("evaluation", "examination.search", "[1, 0]", f"{EXAMINED} [1.0, 0.0]"),
        ("evaluation", "examination.search", "[1, 1.5]", f"{EXAMINED} [1.0, 1.5]"),
        ("evaluation", "place_weight_cap", "0.5", f"{CAPPED}=0.5"),
        ("evaluation", "place_weight_cap", ".inf", f"{CAPPED}=inf"),
        ("evaluation", "slice_margin", "-0.5", "should be from 0 to 1. Received: slice_margin=-0.5"),
        ("evaluation", "decides_among", "all", "should be auto, candidates or all_items. Received: "),
        ("evaluation", "deciding_slices", "[age]", f"should be some of {', '.join(TITLES)}. Received: 'age'"),
        (
            "data.columns",
            "context",
            "[hour]",
            "cannot hold 'hour', because that name stands for something else already.",
        ),
    ],
)
def test_a_value_that_its_section_cannot_have_is_refused(path, section, field, value, message):
    with pytest.raises(ConfigError) as caught:
        load_config(path, [f"{section}.{field}={value}"])
    assert str(caught.value).startswith(f"{path}: `{section}`: `{field}` {message}")


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["unisar.repeat_features=true"], LEAKS.format(0, 4)),
        # Half of one negative is none.
        (
            ["unisar.repeat_features=true", "data.history_negatives=0.5", "data.train_negatives=1"],
            LEAKS.format(0.5, 1),
        ),
        (["name="], "`name` is empty; it names the pipeline and the pushed model."),
        (["data.events="], "`data.events` is empty; give the path or glob of the event files."),
        (
            ["evaluation.examination={search: [1, 0.5]}"],
            "`evaluation.examination` needs a log that tells at which place each item was shown. Name the column in "
            "`data.columns.place`, or leave it out.",
        ),
        (["model=gpt"], "`model`: there is no 'gpt'. Known: unifiedssr, unisar."),
        (["retriever.model=unisar"], "`retriever.model`: 'unisar' does not retrieve. Those that do: unifiedssr."),
        (["train.warmup_steps=10", "train.plateau_patience=1"], f"`train`: {SCHEDULE}"),
        (["transform.context=[hour, devise]"], f"`transform.context`: {CONTEXT}"),
        (["retriever.model=unifiedssr", "fine_tuning.surfaces=[search]"], EXCLUSIVE),
        (["model=unifiedssr", "train.warm_start=true", "fine_tuning.surfaces=[search]"], WARM),
        (["unisar.search_history=5"], LENGTHS),
        (["transform.number_scale=cubic"], f"`transform`: {SCALES}"),
        *(
            ([f"transform.{name}=true", f"transform.tokenizer={other}"], f"`transform`: transform.{name} {NEEDS_WORDS}")
            for name, other in (("correct_spelling", "subwords"), ("join_word_forms", "subwords"))
        ),
        (["model=unifiedssr", "data.item_columns.vectors=picture"], UNREAD),
        (["retriever.model=unifiedssr", "data.item_columns.numbers=[price]"], UNREAD),
        (
            [
                *("retriever.model=unifiedssr", "unifiedssr.user_embedding=false"),
                *("data.users=u.csv", "data.user_columns.numbers=[age]"),
            ],
            UNREAD_OF_USERS,
        ),
    ],
)
def test_values_that_do_not_go_together_are_refused(path, overrides, message):
    with pytest.raises(ConfigError) as caught:
        load_config(path, overrides)
    assert str(caught.value) == f"{path}: {message}"


@pytest.mark.parametrize(
    "file", sorted([*CONFIGS.glob("*.yaml"), *CONFIGS.glob("papers/*.yaml")]), ids=lambda file: file.name
)
def test_every_configuration_that_comes_along_loads(file):
    config = load_config(str(file))
    assert config.name == file.stem
    assert from_dict(PipelineConfig, as_dict(config)) == config


def test_the_indices_are_those_of_the_export():
    assert RETRIEVAL_INDICES == retrieval_index.KINDS  # Which to import takes TensorFlow.


def test_what_decides_has_to_be_measured():
    with pytest.raises(ValueError, match="`decides_among: all_items` needs `baseline_examples` above 0. Received: 0"):
        EvaluationConfig(decides_among="all_items", baseline_examples=0)
    with pytest.raises(ValueError, match="`deciding_slices` are measured beside simple rules: name at least one in"):
        EvaluationConfig(deciding_slices=("hour",), baselines=())
    assert EvaluationConfig(deciding_slices=("hour",), baselines=(), sasrec=True, must_beat_baselines=False)
    decides = [
        EvaluationConfig(must_beat_baselines=must, deciding_slices=slices).comparison_decides
        for must, slices in ((True, ()), (False, ("hour",)), (False, ()))
    ]
    assert decides == [True, True, False]
