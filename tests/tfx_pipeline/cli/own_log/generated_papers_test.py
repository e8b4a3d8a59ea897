"""A log made with a configuration of the papers is read by it, and by nothing else than the folder."""

import json
from pathlib import Path

import pytest

from components.item_catalog.table import CatalogItem
from components.sources.adapter import adapter
from schemas import features
from tests.support.generated_examples import generate as generate_examples
from tests.support.made_logs import read
from tfx_pipeline.config.pipeline_config import load_config

PAPERS = Path(__file__).resolve().parents[4] / "configs/papers"
SMALL = ("--events", "1200", "--set", "generate.items=300", "--set", "data.evaluation_negatives=20", "--json")
NAMES = {
    "unisar_kuaisar": {"rec_inter.csv", "src_inter.csv", "user_features.csv", "item_features.csv"},
    "unisar_amazon": {"reviews_Kindle_Store_5.json", "meta_Kindle_Store.json"},
    "unifiedssr_jdsearch": {"release_data.txt", "product_data.txt"},
    "unifiedssr_amazon_clothing": {"Clothing_Shoes_and_Jewelry_5.json", "meta_Clothing_Shoes_and_Jewelry.json"},
    "unifiedssr_amazon_electronics": {"Electronics_5.json", "meta_Electronics.json"},
}


@pytest.fixture(params=sorted(path.stem for path in PAPERS.glob("*.yaml")))
def name(request):
    return request.param


@pytest.mark.parametrize("packed", ["false", "true"])
def test_the_configuration_finds_the_files_and_reads_all_that_was_made(name, packed, tmp_path, tandem):
    config = str(PAPERS / f"{name}.yaml")
    options = ("--config", config, "--output", tmp_path, *SMALL, "--set", f"generate.gzip={packed}")
    truth = json.loads(tandem("generate", *options).out)
    ending = ".gz" if packed == "true" else ""
    assert set(truth["files"]) == {each + ending for each in NAMES[name]}
    assert {path.name for path in tmp_path.iterdir()} == {*truth["files"], "truth.json"}
    events, items = read(load_config(config, [f"data.path={tmp_path}"]).data)
    assert (len(events), len(items)) == (truth["counts"]["events"], truth["counts"]["items"])
    assert len({event.user_id for event in events}) == truth["counts"]["users"] > 10


def test_the_truth_is_about_the_targets_that_are_cut_from_jdsearch(tmp_path, tandem):
    config = str(PAPERS / "unifiedssr_jdsearch.yaml")
    # Few actions and few searches: some users never search, and some click nothing before their last search.
    short = ("--set", "generate.events_per_user=12", "--set", "generate.search_share=0.15")
    truth = json.loads(tandem("generate", "--config", config, "--output", tmp_path / "log", *SMALL, *short).out)
    data = load_config(config, [f"data.path={tmp_path}/log", "data.evaluation_negatives=20"]).data
    source = adapter(data.source)
    catalog = [
        CatalogItem(item, 0)
        for path in source.source_files(data).item_files
        for _, item in source.read_items(path, data)
    ]
    made = generate_examples(tmp_path / "examples", data, catalog)
    assert len(made.targets) == truth["counts"]["feed_clicks"] + truth["counts"]["search_clicks"]
    tested = [example[features.SURFACE][0] for example in made.splits[features.TEST_SPLIT]]
    assert {surface: tested.count(surface) for surface in set(tested)} == {
        surface: rankers["process"]["users"] for surface, rankers in truth["achievable"].items()
    }


def test_where_nothing_was_ranked_it_says_so(tmp_path, tandem):
    config = PAPERS / "unisar_amazon.yaml"
    *_, last = tandem("generate", "--config", config, "--output", tmp_path, *SMALL[:-1]).out.splitlines()
    assert last == "Nothing was ranked, so the best achievable metrics are not known."
