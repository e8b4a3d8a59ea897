from pathlib import Path

import pytest

from tfx_pipeline.config.loading import ConfigError
from tfx_pipeline.config.pipeline_config import load_config
from tfx_pipeline.config.variants import Variant, load_variants, read_variants


def read(tmp_path, text):
    path = tmp_path / "variants.yaml"
    path.write_text(text)
    return read_variants(str(path))


def test_variants_are_names_and_overrides(tmp_path):
    variants = read(tmp_path, "complete: []\nsmall: [unisar.dim=8, train.epochs=1]\n")
    assert variants == [Variant("complete", ()), Variant("small", ("unisar.dim=8", "train.epochs=1"))]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "variants.yaml: wanted lines of `name: .section.field=value, ....`, one for each variant."),
        ("a: unisar.dim=8", "variants.yaml: `a` wants a list of section.field=value, got 'unisar.dim=8'."),
        ("a: [", "variants.yaml: not YAML"),
    ],
)
def test_a_file_of_another_form_is_refused(tmp_path, text, message):
    with pytest.raises(ConfigError, match=message):
        read(tmp_path, text)


def test_a_missing_file_is_refused():
    with pytest.raises(
        ConfigError, match="nowhere.yaml: No such file or directory. Give a file of variants with --variants."
    ):
        read_variants("nowhere.yaml")


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("unisar.fusoin=false", "`typo`: unknown field `unisar.fusoin`. Did you mean `unisar.fusion`?"),
        ("train.epochs=-1", "`typo`: `train`: `epochs` should be at least 1. Received: epochs=-1"),
    ],
)
def test_a_variant_that_cannot_be_is_named_with_its_file(tmp_path, override, message):
    path = tmp_path / "few.yaml"
    path.write_text(f"complete: []\ntypo: [{override}]\n")
    with pytest.raises(ConfigError) as caught:
        load_variants(str(path), "configs/online_retail.yaml", [])
    assert str(caught.value) == f"{path}: {message}"


CONFIGS = Path(__file__).resolve().parents[3] / "configs"


@pytest.mark.parametrize(
    ("variants", "config"),
    [
        ("unisar_ablations", "beauty"),
        ("unisar_additions", "beauty"),
        ("history_lengths", "beauty"),
        ("transitions", "generated"),
        ("unifiedssr_ablations", "beauty_unifiedssr"),
    ],
)
def test_the_variants_that_come_along_fit_their_configuration(variants, config):
    read_from = str(CONFIGS / "experiments" / f"{variants}.yaml")
    loaded = [load_config(str(CONFIGS / f"{config}.yaml"), each.overrides) for each in read_variants(read_from)]
    assert all(loaded.count(each) == 1 for each in loaded)


def test_every_file_of_variants_is_tried():
    assert {path.stem for path in (CONFIGS / "experiments").iterdir()} == {
        "unisar_ablations",
        "unisar_additions",
        "history_lengths",
        "transitions",
        "unifiedssr_ablations",
    }
