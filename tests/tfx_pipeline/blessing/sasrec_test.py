import dataclasses

import pytest

from models.unifiedssr.unifiedssr_config import UnifiedSSRConfig
from tfx_pipeline.blessing.sasrec import plain
from tfx_pipeline.config.pipeline_config import load_config
from tfx_pipeline.config.training_config import TrainConfig

SIZES = {"dim": 24, "hidden_dim": 30, "num_heads": 3, "num_layers": 5, "dropout": 0.25, "softmax_negatives": 77}
NOT_SASRECS = {
    "item_attributes": True,
    "query_branch_in_recommendation": True,
    "share_branches": False,
    "share_surfaces": False,
    "sessions": 3,
    "sessions_in_scores": True,
    "loss": "binary",
    "negatives": 9,
    "popularity_correction": 0.5,
    "every_position": False,
    "recommendation_weight": 0.5,
    "search_weight": 0.25,
    "reference_start": True,
}


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "c.yaml"
    file.write_text("name: shop\ndata: {events: a.tsv, recommendation_history: 7, search_history: 9}\n")
    return str(file)


def test_it_has_the_sizes_of_the_section_and_nothing_that_sasrec_does_not_have(path):
    fields = {**SIZES, **NOT_SASRECS}
    config = load_config(path, [f"unifiedssr.{name}={value}" for name, value in fields.items()])
    assert {name: getattr(config.unifiedssr, name) for name in fields} == fields
    assert plain(config).unifiedssr == UnifiedSSRConfig(
        **SIZES,
        recommendation_history=7,
        search_history=9,
        user_embedding=False,
        query_branch=False,
        sessions=0,
        loss="softmax",
    )
    # What the paper's model does by default is not taken over silently.
    of = plain(config).unifiedssr
    assert not of.item_attributes and of.every_position and of.share_surfaces and of.popularity_correction == 1


@pytest.mark.parametrize(
    ("overrides", "surfaces"),
    [
        ([], ("recommendation", "search")),
        (["train.surfaces=[search]"], ("search",)),
        (["model=unifiedssr", "fine_tuning.surfaces=[recommendation]"], ("recommendation",)),
        (["model=unifiedssr", "fine_tuning.surfaces=[search, recommendation]"], ("recommendation", "search")),
    ],
)
def test_it_is_trained_by_default_on_what_is_served_whatever_the_model_is_told(path, overrides, surfaces):
    of_the_model = ["train.epochs=3", "train.batch_size=7", "train.ema_momentum=0.9", "train.learning_rate=0.5"]
    machine = ["train.seed=5", "train.shuffle_buffer=100"]
    config = load_config(path, [*overrides, *of_the_model, *machine])
    assert plain(config).train == TrainConfig(surfaces=surfaces, sequence_ends_only=True, seed=5, shuffle_buffer=100)
    automatic = ("epochs", "batch_size", "learning_rate", "early_stopping_patience", "plateau_patience")
    assert plain(config).train.automatic == automatic


def test_all_else_stays_but_for_an_index_that_approximates(path):
    config = load_config(path, ["export.retrieval_index=scann"])
    made = plain(config)
    assert made.export.retrieval_index == "brute_force"
    back = dataclasses.replace(made, unifiedssr=config.unifiedssr, train=config.train, export=config.export)
    assert back == config
