"""The configurations of the papers are the papers', and the others say what in them is ours.

The expected values are those of the authors' own files: config/UniSAR_*.yaml and utils/const.py of TengShi-RUC/UniSAR
at 1a14a24, utils/parser.py and train.py of JennyXieJiayi/UnifiedSSR at e65dd2e.
"""

from pathlib import Path

import pytest
import yaml

from tfx_pipeline.config.pipeline_config import load_config

CONFIGS = Path(__file__).resolve().parents[3] / "configs"

UNISAR = {
    "unisar.dim": 64,
    "unisar.user_dim": 32,
    "unisar.item_dim": 32,
    "unisar.word_dim": 32,
    "unisar.num_layers": 1,
    "unisar.num_heads": 2,
    "unisar.dropout": 0.1,
    "unisar.prediction_units": (200, 80),
    "unisar.query_item_negatives": 1024,
    "unisar.query_item_pairs": 0,
    "unisar.history_alignment_rows": 0,
    "unisar.contrasts_per_surface": True,
    "unisar.gate_units": (),
    "unisar.history_alignment_temperature": 0.1,
    "data.held_out_in_histories": True,
    "data.recommendation_history": 30,
    "data.search_history": 30,
    "transform.words_per_query": 50,
    "train.epochs": 100,
    "train.learning_rate": 0.001,
    "train.early_stopping_patience": 5,
    "train.plateau_factor": 0.1,
    "train.torch_plateau": True,
    "train.min_learning_rate": 1e-6,
    "train.torch_adam": True,
    "train.adam_epsilon": 1e-8,
    "train.ema_momentum": 0.0,
    "train.clip_norm": 0.0,
}
UNIFIEDSSR = {
    "data.held_out_in_histories": True,
    "unifiedssr.dim": 32,
    "unifiedssr.feed_forward_dim": 64,
    "unifiedssr.num_heads": 4,
    "unifiedssr.num_layers": 2,
    "unifiedssr.dropout": 0.5,
    "unifiedssr.sessions": 2,
    "unifiedssr.session_weight": 0.1,
    "unifiedssr.loss": "binary",
    "unifiedssr.negatives": 4,
    "unifiedssr.distinct_negatives": True,
    "unifiedssr.sessions_in_scores": True,
    "unifiedssr.item_attributes": False,
    "unifiedssr.query_branch_in_recommendation": False,
    "unifiedssr.share_branches": True,
    "unifiedssr.share_surfaces": True,
    "data.recommendation_history": 100,
    "data.search_history": 100,
    "data.evaluation_negatives": 99,
    "transform.words_per_query": 50,
    "train.epochs": 100,
    "train.batch_size": 128,
    "train.one_surface_a_batch": True,
    "train.torch_adam": True,
    "train.adam_beta_2": 0.98,
    "train.adam_epsilon": 1e-9,
    "train.noam_factor": 1.0,
    "train.warmup_steps": 4000,
    "train.keep_best_epoch": False,
    "train.early_stopping_patience": 0,
    "fine_tuning.surfaces": ("recommendation", "search"),
    "fine_tuning.epochs": 100,
    "fine_tuning.noam_factor": 1.0,
    "fine_tuning.warmup_steps": 4000,
    "fine_tuning.validate_every": 4,
    "fine_tuning.early_stopping_patience": 3,
    "fine_tuning.early_stopping_metrics": ("hit_rate_at_10", "ndcg_at_10"),
}
PAPERS = {
    "unisar_kuaisar": UNISAR
    | {
        "data.source": "kuaisar",
        "data.items_per_session": 5,
        "data.user_columns.attributes": ("onehot_feat1", "onehot_feat2", "search_active_level", "rec_active_level"),
        "transform.words_per_title": 50,
        "transform.category_levels": 2,
        "unisar.search_weight": 0.1,
        "unisar.query_item_weight": 0.001,
        "unisar.query_item_temperature": 0.5,
        "unisar.history_alignment_weight": 0.1,
        "train.weight_decay": 3e-5,
    },
    "unisar_amazon": UNISAR
    | {
        "data.source": "amazon_reviews",
        "data.items_per_session": 1,
        "transform.words_per_title": 0,
        "transform.category_levels": 0,
        "unisar.search_weight": 0.01,
        "unisar.query_item_weight": 0.1,
        "unisar.query_item_temperature": 0.1,
        "unisar.history_alignment_weight": 0.01,
        "train.weight_decay": 1e-5,
    },
    "unifiedssr_amazon_clothing": UNIFIEDSSR | {"data.source": "amazon_reviews"},
    "unifiedssr_amazon_electronics": UNIFIEDSSR | {"data.source": "amazon_reviews"},
    "unifiedssr_jdsearch": UNIFIEDSSR | {"data.source": "jdsearch"},
}


def value_of(config, path):
    for name in path.split("."):
        config = getattr(config, name)
    return config


@pytest.mark.parametrize("name", PAPERS)
def test_is_the_authors_own(name):
    config = load_config(str(CONFIGS / "papers" / f"{name}.yaml"))
    assert {path: value_of(config, path) for path in PAPERS[name]} == PAPERS[name]
    assert config.train.plateau_patience == (3 if name.startswith("unisar") else 0)
    assert not config.unisar.matching and not config.transform.context and not config.retriever.model


def test_there_is_one_for_each_run_of_the_papers():
    assert {path.stem for path in (CONFIGS / "papers").glob("*.yaml")} == set(PAPERS)


@pytest.mark.parametrize("name", PAPERS)
def test_says_where_each_hyper_parameter_comes_from(name):
    text = (CONFIGS / "papers" / f"{name}.yaml").read_text()
    sections = yaml.safe_load(text)
    model = "unisar" if name.startswith("unisar") else "unifiedssr"
    lines = {line.split(":")[0].strip(): line for line in text.splitlines() if not line.startswith("#")}
    plain = {"user_embedding", "query_branch", "loss", "every_position", "lazy_embedding_updates", "plateau_patience"}
    plain |= {"early_stopping_patience", "warmup_steps", "surfaces"} if model == "unifiedssr" else set()
    for field in {**sections[model], **sections["train"], **sections.get("fine_tuning", {})}.keys() - plain:
        assert "  # " in lines[field], f"{name}: {field} does not say where it comes from"


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.yaml")), ids=lambda path: path.stem)
def test_all_others_say_that_they_are_ours(path):
    heading = path.read_text().partition("\nname: ")[0]
    assert "Tandem's own choice" in heading
