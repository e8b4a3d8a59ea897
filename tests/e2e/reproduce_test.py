"""`tandem reproduce`: a run of each paper on made data of the published layout, from the raw files to the table."""

import json

import pytest

from schemas.rank_metrics import rank_metrics
from tfx_pipeline.cli.main import main
from tfx_pipeline.cli.running.paper_runs import PAPER_RUNS

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

HISTORY = ["data.recommendation_history=8", "data.search_history=8"]
SMALL = {
    "unisar-kuaisar": [
        *HISTORY,
        "transform.words_per_query=4",
        "transform.words_per_title=4",
        "unisar.dim=16",
        "unisar.expert_units=8",
        "unisar.tower_units=[8]",
        "unisar.prediction_units=[8]",
        "unisar.query_item_negatives=16",
        "train.epochs=2",
        "train.batch_size=256",
    ],
    "unifiedssr-amazon-clothing": [
        *HISTORY,
        "transform.words_per_query=4",
        "unifiedssr.dim=16",
        "unifiedssr.num_layers=1",
        "train.epochs=2",
        "train.warmup_steps=20",
        "fine_tuning.epochs=2",
        "fine_tuning.validate_every=2",
        "fine_tuning.warmup_steps=20",
    ],
}
"""Everything else is the papers' own: their optimizer, schedules, losses, stopping, and sessions in the scores."""


@pytest.mark.parametrize("name", SMALL)
def test_the_table_is_filled_from_raw_files_and_a_second_time_at_once(name, tmp_path, capsys):
    data = tmp_path / "a folder"
    config = str(PAPER_RUNS[name].config_path(name))
    made = ["--events", "4000", "--set", "generate.events_per_user=40", "--set", "generate.items=200"]
    assert main(["generate", "--config", config, "--output", str(data), *made, "--set", "generate.topics=20"]) == 0
    overrides = [f"root={tmp_path / 'run'}", *SMALL[name]]
    command = ["reproduce", name, "--data", str(data), *(word for each in overrides for word in ("--set", each))]

    capsys.readouterr()
    assert main([*command, "--json"]) == 0
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])  # The libraries print to this process, too.
    names = {metric.name for metric in rank_metrics()}
    for column in ("here", "popularity"):
        assert set(figures[column]) == {"recommendation", "search"}
        for values in figures[column].values():
            assert set(values) == names and 0 < values["mrr"] <= 1
    assert figures["paper"] == PAPER_RUNS[name].figures
    page = (tmp_path / "run" / "reproduced.md").read_text()
    assert f"| {figures['here']['search']['mrr']:.4f} |" in page and f"`tandem reproduce {name} --data" in page

    assert main(command) == 0
    assert f"{figures['here']['recommendation']['mrr']:.4f}" in capsys.readouterr().out
    assert json.loads((tmp_path / "run" / "report.json").read_text())["ran"] == [], "nothing has changed"
