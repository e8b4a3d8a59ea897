import json
from pathlib import Path

import pytest
import yaml

from tfx_pipeline.config.config_fields import config_fields
from tfx_pipeline.config.pipeline_config import load_config

CONFIGS = Path(__file__).resolve().parents[4] / "configs"


@pytest.fixture
def shop(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.yaml").write_text(
        "name: shop\ndata:\n  events: 'a # b.tsv'\n  search_history: 9\ntrain: {learning_rate: 1e-7}\n"
    )
    return "shop.yaml"


def test_each_value_is_explained_and_has_its_origin(shop, tandem):
    lines = tandem("config", shop, "--set", "train.epochs=3").out.splitlines()
    assert lines[0] == "# shop.yaml --set train.epochs=3"
    place = lines.index("train:")
    assert lines[place + 1].startswith("  # The most epochs, at least 1; early stopping may end the training sooner.")
    assert lines.index("  epochs: 3  # --set") < lines.index("  batch_size: auto  # default")
    assert "name: shop  # shop.yaml, line 1" in lines
    assert "  learning_rate: 1.0e-07  # shop.yaml, line 5" in lines
    assert "  events: 'a # b.tsv'  # shop.yaml, line 3" in lines
    assert lines.count("  search_history: 9  # as data.search_history") == 2  # UniSAR's and UnifiedSSR's.
    assert all(len(line) <= 110 for line in lines)
    place = lines.index("  baselines:  # default")
    assert lines[place + 1] == "  - popularity"  # A long list has a line for each value.


@pytest.mark.parametrize("options", [(), ("--changed",)])
@pytest.mark.parametrize(
    "file", sorted([*CONFIGS.glob("*.yaml"), *CONFIGS.glob("papers/*.yaml")]), ids=lambda file: file.name
)
def test_what_is_printed_is_the_same_configuration(file, options, tandem, tmp_path):
    overrides = ["train.epochs=3", "data.events=*_inter*.csv", "gate.limits.model_mb=1e3", "beam.args=[--a=b, '-c: d']"]
    said = [word for override in overrides for word in ("--set", override)]
    again = tmp_path / "again.yaml"
    again.write_text(tandem("config", str(file), *said, *options).out)
    assert load_config(str(again)) == load_config(str(file), overrides)


def test_only_what_is_changed(shop, tandem):
    changed = yaml.safe_load(tandem("config", "--config", shop, "--changed").out)
    lengths = {"search_history": 9}
    assert changed == {
        "name": "shop",
        "data": {"events": "a # b.tsv", **lengths},
        "unisar": lengths,
        "unifiedssr": lengths,
        "train": {"learning_rate": 1e-7},
    }


def test_sections_and_fields_may_be_named(shop, tandem):
    shown = yaml.safe_load(tandem("config", "export", shop, "gate.limits.model_mb", "name").out)
    assert shown == {
        "name": "shop",
        "export": {"retrieval_index": "brute_force"},
        "gate": {"limits": {"model_mb": None}},
    }


def test_json_has_a_member_for_each_field(shop, tandem):
    shown = json.loads(tandem("config", shop, "--json").out)
    assert list(shown) == [path for path, field in config_fields().items() if field.section is None]
    assert shown["data.search_history"] == {
        "value": 9,
        "default": 12,
        "from": "shop.yaml, line 4",
        "type": "integer",
        "explanation": "How many of the newest search tokens a history keeps, at least 1.",
    }


def test_a_merged_mapping_has_the_file_for_its_origin(shop, tandem, tmp_path):
    (tmp_path / shop).write_text("name: shop\ndata: {events: a}\ntrain: {<<: {epochs: 3}, seed: 4}\n")
    assert "  epochs: 3  # shop.yaml\n" in tandem("config", shop).out


@pytest.mark.parametrize(
    ("shown", "message"),
    [
        ("trian.epochs", "there is no field trian.epochs. Did you mean train.epochs? `tandem config` lists them."),
        ("b.yml", "shop.yaml and b.yml: one configuration at a time."),
    ],
)
def test_what_is_not_there_is_named(shop, shown, message, tandem):
    assert tandem("config", shop, shown, code=2).err == f"tandem: {message}\n"
