import json
from pathlib import Path

import pytest

from components.item_catalog.table import CatalogItem
from components.sources.adapter import adapter
from components.synthetic_log import generated_set
from components.synthetic_log.generator_config import STRENGTHS
from schemas import features
from tests.support.generated_examples import generate as generate_examples
from tfx_pipeline.cli.main import main
from tfx_pipeline.config.pipeline_config import load_config

CONFIGS = Path(__file__).resolve().parents[4] / "configs"
SMALL = ("--events", "600", "--set", "generate.items=300", "--set", "data.evaluation_negatives=20")


def call(folder, *arguments, config="generated"):
    return main(["generate", "--config", str(CONFIGS / f"{config}.yaml"), "--output", str(folder), *SMALL, *arguments])


@pytest.mark.parametrize("config", ["generated", "kuaisar"])
def test_what_is_generated_becomes_examples_by_the_same_configuration(config, tmp_path, capsys):
    assert call(tmp_path / "log", "--json", config=config) == 0
    truth = json.loads(capsys.readouterr().out)
    counts = truth["counts"]
    overrides = [f"data.path={tmp_path}/log", "data.evaluation_negatives=20"]
    data = load_config(str(CONFIGS / f"{config}.yaml"), overrides).data
    source = adapter(data.source)
    files = source.source_files(data).item_files
    catalog = [CatalogItem(item, 0) for path in files for _, item in source.read_items(path, data)]
    assert len(catalog) == counts["items"] == 300
    made = generate_examples(tmp_path / "examples", data, catalog)
    assert made.summary.counts["users"] == counts["users"] == 12
    assert (made.summary.reports["event"].rows, made.summary.reports["event"].rejects) == (counts["events"], 0)
    assert len(made.targets) == counts["feed_clicks"] + counts["search_clicks"]
    # The truth is about the very targets of the split test.
    tested = [example[features.SURFACE][0] for example in made.splits[features.TEST_SPLIT]]
    assert {surface: tested.count(surface) for surface in set(tested)} == {
        surface: rankers["process"]["users"] for surface, rankers in truth["achievable"].items()
    }


def test_options_are_settings_and_set_goes_further(tmp_path, capsys):
    options = ("--seed", "5", "--transitions", "high", "--set", "generate.transitions.r2s=0.7", "--json")
    assert call(tmp_path, *options) == 0
    truth = json.loads(capsys.readouterr().out)
    settings = truth["settings"]
    high = STRENGTHS["high"]
    assert (settings["events"], settings["seed"], settings["items"]) == (600, 5, 300)
    planted = {"r2r": high.r2r, "s2r": high.s2r, "r2s": 0.7, "s2s": high.s2s, "newest_only": False}
    assert settings["transitions"] == planted
    assert (truth["layout"], truth["negatives"]) == ("events", 20)


def test_the_truth_is_told(tmp_path, capsys):
    assert call(tmp_path) == 0
    printed = capsys.readouterr().out
    truth = json.loads((tmp_path / "truth.json").read_text())
    lines = printed.splitlines()
    assert lines[0] == f"{tmp_path}: events.tsv, items.tsv, truth.json"
    assert f" {truth['counts']['feed_clicks']:,} feed clicks" in lines[1]
    estimate = truth["achievable"]["search"]["own_surface"]["hit_rate_at_1"]
    row = next(line for line in lines if line.startswith("| search | own_surface |"))
    assert row.split(" | ")[2] == f"{estimate['mean']:.3f} ± {estimate['standard_error']:.3f}"


def test_another_set_in_the_way(tmp_path, capsys):
    assert call(tmp_path) == 0
    before = (tmp_path / "events.tsv").read_bytes()
    assert call(tmp_path, "--seed", "2") == 1
    assert capsys.readouterr().err.startswith(f"tandem: {tmp_path} holds events.tsv, items.tsv, truth.json already")
    assert (tmp_path / "events.tsv").read_bytes() == before
    assert call(tmp_path, "--seed", "2", "--force") == 0
    assert (tmp_path / "events.tsv").read_bytes() != before


def test_a_folder_that_cannot_be(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert call(tmp_path / "file" / "log") == 1
    assert capsys.readouterr().err.startswith("tandem: [Errno 20] Not a directory")


def test_an_interruption(tmp_path, capsys, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(generated_set, "make_part", interrupted)
    assert call(tmp_path) == 1
    assert capsys.readouterr().err == (
        "tandem: interrupted; nothing is in its place yet, and the same command begins anew\n"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--set", "data.source=jdsearch"],
            "data.source = 'jdsearch': can be read, not made up. Give events or kuaisar.",
        ),
        (["--output", ""], "data.path = '': give a folder of this machine to write into, here or by --output."),
        (["--output", "gs://b/c"], "data.path = 'gs://b/c': give a folder of this machine"),
        (["--workers", "0"], "argument --workers: should be a whole number from 1 on, not '0'"),
        (["--set", "generate.drift=2"], "`generate`: `drift` should be from 0 to 1. Received: drift=2"),
    ],
)
def test_wrong_calls(arguments, message, tmp_path, capsys):
    assert call(tmp_path, *arguments) == 2
    assert message in capsys.readouterr().err
