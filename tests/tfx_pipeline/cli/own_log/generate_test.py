import json
from pathlib import Path

import pytest

from components.item_catalog.table import CatalogItem
from components.sources.adapter import adapter
from components.synthetic_log import generated_set
from components.synthetic_log.generator_config import STRENGTHS
from schemas import features
from tests.support.generated_examples import generate as generate_examples
from tests.support.made_logs import read
from tfx_pipeline.config.pipeline_config import load_config

CONFIGS = Path(__file__).resolve().parents[4] / "configs"
SMALL = ("--events", "600", "--set", "generate.items=300", "--set", "data.evaluation_negatives=20")


@pytest.fixture
def generate(tandem):
    def call(folder, *arguments, config="generated", code=0):
        return tandem(
            "generate", "--config", CONFIGS / f"{config}.yaml", "--output", folder, *SMALL, *arguments, code=code
        )

    return call


@pytest.mark.parametrize("config", ["generated", "kuaisar"])
def test_what_is_generated_becomes_examples_by_the_same_configuration(config, tmp_path, generate):
    truth = json.loads(generate(tmp_path / "log", "--json", config=config).out)
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


def test_a_log_with_places_is_read_by_the_same_configuration(tmp_path, generate):
    truth = json.loads(generate(tmp_path, "--json", config="generated_places").out)
    events, _ = read(load_config(str(CONFIGS / "generated_places.yaml"), [f"data.path={tmp_path}"]).data)
    assert len(events) == truth["counts"]["events"]
    assert {event.place for event in events if event.item_id} == set(range(1, 9))
    assert {event.place for event in events if not event.item_id} == {0} and len(truth["examination"]) == 8


def test_options_are_settings_and_set_goes_further(tmp_path, generate):
    options = ("--seed", "5", "--transitions", "high", "--set", "generate.transitions.r2s=0.7", "--json")
    truth = json.loads(generate(tmp_path, *options).out)
    settings, high = truth["settings"], STRENGTHS["high"]
    assert (settings["events"], settings["seed"], settings["items"]) == (600, 5, 300)
    planted = {"r2r": high.r2r, "s2r": high.s2r, "r2s": 0.7, "s2s": high.s2s, "newest_only": False}
    assert settings["transitions"] == planted
    assert (truth["layout"], truth["negatives"]) == ("events", 20)


def test_a_world_sets_what_the_configuration_says_and_options_go_further(tmp_path, tandem):
    config = CONFIGS / "generated.yaml"  # It says how many events, items and topics there are.
    options = ("--events", "400", "--set", "generate.days=20", "--set", "generate.interests=2", "--json")
    made = tandem("generate", "--config", config, "--output", tmp_path, "--world", "news", *options)
    settings = json.loads(made.out)["settings"]
    assert (settings["world"], settings["items"], settings["topics"]) == ("news", 1_200, 12)
    assert (settings["item_life_days"], settings["events"], settings["interests"]) == (1.0, 400, 2)


def test_the_truth_is_told_and_another_set_is_not_replaced_unless_forced(tmp_path, generate):
    lines = generate(tmp_path).out.splitlines()
    truth = json.loads((tmp_path / "truth.json").read_text())
    assert lines[0] == f"{tmp_path}: events.tsv, items.tsv, truth.json"
    assert f" {truth['counts']['feed_clicks']:,} feed clicks" in lines[1]
    estimate = truth["achievable"]["search"]["own_surface"]["hit_rate_at_1"]
    row = next(line for line in lines if line.startswith("| search | own_surface |"))
    assert row.split(" | ")[2] == f"{estimate['mean']:.3f} ± {estimate['standard_error']:.3f}"

    error = generate(tmp_path, "--seed", "2", code=1).err
    assert error.startswith(f"tandem: {tmp_path} holds events.tsv, items.tsv, truth.json already")
    assert json.loads((tmp_path / "truth.json").read_text()) == truth
    assert json.loads(generate(tmp_path, "--seed", "2", "--force", "--json").out)["settings"]["seed"] == 2


def test_a_folder_that_cannot_be(tmp_path, generate):
    (tmp_path / "file").touch()
    assert generate(tmp_path / "file" / "log", code=1).err.startswith("tandem: [Errno 20] Not a directory")


def test_an_interruption(tmp_path, generate, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(generated_set, "make_part", interrupted)
    assert generate(tmp_path, code=1).err == (
        "tandem: interrupted; nothing is in its place yet, and the same command begins anew\n"
    )


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        (
            "--set",
            "data.source=fixed_benchmark",
            "data.source = 'fixed_benchmark': can be read, not made up. Give events, kuaisar, jdsearch or "
            "amazon_reviews.",
        ),
        (
            "--set",
            "generate.list_length=9",
            "generate.list_length = 9: of the layouts, `events` alone tells places. Received: data.source = 'kuaisar'",
        ),
        ("--output", "", "data.path = '': give a folder of this machine to write into, here or by --output."),
        ("--output", "gs://b/c", "data.path = 'gs://b/c': give a folder of this machine"),
        ("--workers", "0", "argument --workers: should be a whole number from 1 on, not '0'"),
        ("--set", "generate.drift=2", "`generate`: `drift` should be from 0 to 1. Received: drift=2"),
    ],
)
def test_wrong_calls(option, value, message, tmp_path, generate):
    config = "kuaisar" if "list_length" in value else "generated"
    assert message in generate(tmp_path, option, value, config=config, code=2).err
