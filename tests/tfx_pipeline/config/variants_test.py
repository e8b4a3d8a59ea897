from pathlib import Path

import pytest

from tfx_pipeline.config.loading import ConfigError
from tfx_pipeline.config.pipeline_config import load_config
from tfx_pipeline.config.variants import Variant, load_variants, read_variants

CONFIGS = Path(__file__).resolve().parents[3] / "configs"
CONFIG_OF = {
    "context": "online_retail",
    "sessions": "online_retail",
    "unisar_ablations": "beauty",
    "unisar_paper": "papers/unisar_kuaisar",
    "unisar_additions": "beauty",
    "papers_parts": "online_retail",
    "history_lengths": "beauty",
    "transitions": "generated",
    "unifiedssr_ablations": "beauty_unifiedssr",
    "unisar_generated": "generated_claims",
    "unisar_experts": "generated_claims",
    "unifiedssr_generated": "generated_sessions",
    "unifiedssr_sizes": "generated_sessions",
    "unifiedssr_paper": "papers/unifiedssr_amazon_clothing",
}
"""The files of variants that come along, and the configuration that each varies."""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "few.yaml"


def test_variants_are_names_and_overrides(path):
    path.write_text("complete: []\nsmall: [unisar.dim=8, train.epochs=1]\n")
    expected = [Variant("complete", ()), Variant("small", ("unisar.dim=8", "train.epochs=1"))]
    assert read_variants(str(path)) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "No such file or directory. Give a file of variants with --variants."),
        ("", "wanted lines of `name: [section.field=value, ...]`, one for each variant."),
        ("a: unisar.dim=8", "`a` wants a list of section.field=value, got 'unisar.dim=8'."),
        ("a: [", "not YAML: "),
        ("typo: [unisar.fusoin=false]", "`typo`: unknown field `unisar.fusoin`. Did you mean `unisar.fusion`?"),
        ("ok: []\ntypo: [train.epochs=-1]", "`typo`: `train`: `epochs` should be at least 1. Received: epochs=-1"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_file(path, text, message):
    if text is not None:
        path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_variants(str(path), str(CONFIGS / "online_retail.yaml"), [])
    assert str(caught.value).startswith(f"{path}: {message}")


def test_the_variants_that_come_along_fit_their_configuration():
    assert {path.stem for path in (CONFIGS / "experiments").iterdir()} == set(CONFIG_OF)
    for variants, config in CONFIG_OF.items():
        read = read_variants(str(CONFIGS / "experiments" / f"{variants}.yaml"))
        loaded = [load_config(str(CONFIGS / f"{config}.yaml"), each.overrides) for each in read]
        assert all(loaded.count(each) == 1 for each in loaded), variants
