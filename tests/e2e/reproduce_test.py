"""`tandem reproduce`: a run of each paper on made data of the published layout, from the raw files to the table."""

import json
from pathlib import Path

import pytest

from schemas.rank_metrics import rank_metrics
from tests.e2e.conftest import SMALL
from tfx_pipeline.cli.main import main
from tfx_pipeline.cli.running.paper_runs import PAPER_RUNS

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]


@pytest.mark.parametrize("name", SMALL)
def test_the_table_is_filled_from_raw_files_and_a_second_time_at_once(name, paper_run, capsys):
    run = paper_run(name)
    names = {metric.name for metric in rank_metrics()}
    for column in ("here", "popularity"):
        assert set(run.figures[column]) == {"recommendation", "search"}
        for values in run.figures[column].values():
            # Where a list is short, cut-offs beyond half of it are left out.
            assert {"hit_rate_at_1", "ndcg_at_5", "mrr"} <= set(values) <= names and 0 < values["mrr"] <= 1
    assert run.figures["paper"] == PAPER_RUNS[name].figures
    page = (Path(run.config.run_root) / "reproduced.md").read_text()
    assert f"| {run.figures['here']['search']['mrr']:.4f} |" in page and f"`tandem reproduce {name} --data" in page

    assert main(run.command) == 0
    assert f"{run.figures['here']['recommendation']['mrr']:.4f}" in capsys.readouterr().out
    again = json.loads(Path(run.config.report_path).read_text())
    assert again["ran"] == [] and set(again["cached"]) == {*run.report["ran"], *run.report["cached"]}
    for made, model in again["models"].items():
        assert (model["outcome"], model["version"]) == ("unchanged", run.report["models"][made]["version"])
