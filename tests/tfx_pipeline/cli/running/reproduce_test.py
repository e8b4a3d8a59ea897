import json

import pytest

from tfx_pipeline.cli.running import reproduce
from tfx_pipeline.cli.running.paper_runs import PAPER_RUNS, PaperRun, configs_folder
from tfx_pipeline.config.pipeline_config import load_config

RUN = PaperRun("UniSAR", "a shop", "events.tsv", {"search": {"hit_rate_at_1": 0.5}}, "table 2")
HERE = {"recommendation": {"hit_rate_at_1": 0.125}, "search": {"hit_rate_at_1": 0.25, "mrr": 0.375}}


def test_lists_each_configuration_of_the_papers(tandem):
    listed = tandem("reproduce").out.splitlines()[1:]
    assert [line.split()[0] for line in listed] == list(PAPER_RUNS)
    assert {name.replace("-", "_") for name in PAPER_RUNS} == {path.stem for path in configs_folder().glob("*.yaml")}


@pytest.mark.parametrize("name", PAPER_RUNS)
def test_tells_what_a_run_needs_and_what_its_authors_report(tandem, name):
    told = tandem("reproduce", name)
    assert f"tandem reproduce {name} --data FOLDER" in told.err
    # The files that are asked for are those that the configuration reads.
    data = load_config(str(PAPER_RUNS[name].config_path(name))).data
    for pattern in (data.events, data.items):
        assert pattern.partition("*")[0] in told.err
    figures = json.loads(tandem("reproduce", name, "--json").out)
    assert figures == {"run": name, "paper": PAPER_RUNS[name].figures, "here": {}, "popularity": {}}


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["unisar-kuaisa"], 2, "Did you mean unisar-kuaisar?"),
        (["unisar-kuaisar", "--set", "train.epochs=1"], 2, "without --data"),
        (["unisar-kuaisar", "--data", "no where"], 1, "no where/item_features*.csv*: no such file"),
        (["unisar-kuaisar", "--data", "x", "--set", "train.epoch=1"], 2, "Did you mean `train.epochs`?"),
    ],
)
def test_says_what_is_wrong_before_it_runs(tandem, arguments, code, told):
    assert told in tandem("reproduce", *arguments, code=code).err


def test_each_surface_has_the_figures_of_the_model_that_serves_it():
    def model(surface, value):
        return {"metrics": {"model": {surface: {"mrr": value}}, "popularity": {surface: {"mrr": value / 2}}}}

    report = {"models": {"x_search": model("search", 0.5), "x_recommendation": model("recommendation", 0.25)}}
    assert reproduce.figures_of(report, "model") == {"recommendation": {"mrr": 0.25}, "search": {"mrr": 0.5}}
    assert reproduce.figures_of(report, "popularity")["search"] == {"mrr": 0.25}
    joint = {"models": {"x": {"metrics": {"model": {"search": {"mrr": 0.5}, "overall": {"mrr": 0.1}}}}}}
    assert reproduce.figures_of(joint, "model") == {"search": {"mrr": 0.5}}
    assert reproduce.figures_of(joint, "popularity") == {}


def test_the_table_sets_the_papers_figures_beside_ours():
    page = reproduce.markdown("unisar-shop", RUN, HERE, {}, " --set train.epochs=1").splitlines()
    assert page[0] == "# UniSAR on a shop, test split"
    assert page[2] == "| surface | metric | paper | here | popularity here |"
    assert "| recommendation | HR@1 |  | 0.1250 |  |" in page
    assert "| search | HR@1 | 0.5000 | 0.2500 |  |" in page
    assert "|  | MRR |  | 0.3750 |  |" in page
    assert page[-1] == "Paper: table 2. Here: `tandem reproduce unisar-shop --data FOLDER --set train.epochs=1`."
