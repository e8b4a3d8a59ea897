import dataclasses

from tests.support import tiny_logs
from tfx_pipeline.cli.main import main
from tfx_pipeline.cli.run import text
from tfx_pipeline.report import ModelReport, RunReport


def test_data_that_cannot_be_used_is_told_in_one_message(tmp_path, capsys):
    config = tiny_logs.write(tmp_path)
    (tmp_path / "events.tsv").write_text("who\twhen\nu1\t5\n")
    assert main(["run", "--config", str(config)]) == 1
    error = capsys.readouterr().err
    assert "events.tsv" in error and "data.columns" in error and "Traceback" not in error


def report(blessed, pushed_version):
    metrics = {"search": {"mrr": 0.5}}
    model = ModelReport(
        metrics={"model": metrics, "baseline": {"search": {"mrr": 0.25}}},
        whole_catalogue={"search": {"mrr": 0.125}},
        baseline="popularity of 3 items in 9 engagements",
        blessed=blessed,
        servable=blessed,
        servability_reasons=() if blessed else ("rank over REST: took too long",),
        servability_figures={"model_mb": 2.5, "rest_rank_p50_ms": 7.25},
        pushed_version=pushed_version,
        pushed_model_dir="/models/shop",
    )
    return RunReport(
        ran=("Trainer",),
        cached=(),
        data_findings=("train, query: it drifted (allowed)",),
        models={"shop": model},
        tensorboard="/logs",
    )


def test_the_report_says_what_ran_how_good_it_is_and_where_it_went():
    lines = text(report(blessed=True, pushed_version="7")).splitlines()
    assert "Ran: Trainer." in lines
    assert "Taken from the cache: nothing." in lines
    assert "Data: train, query: it drifted (allowed)" in lines
    assert "shop, search: mrr 0.5000 (baseline 0.2500)" in lines
    assert "shop, search, among all items: mrr 0.1250" in lines
    assert "Baseline of shop: popularity of 3 items in 9 engagements. The model is blessed." in lines
    assert "Servable: model_mb 2.50, rest_rank_p50_ms 7.25." in lines
    assert "Pushed: /models/shop, newest version 7." in lines


def test_the_report_says_when_nothing_is_pushed():
    told = text(report(blessed=False, pushed_version=""))
    assert "not blessed: it does not beat the baseline by the margin on each surface" in told
    assert "Not servable: rank over REST: took too long" in told
    assert "Nothing of shop is pushed." in told


def test_every_model_must_be_pushed():
    one = report(blessed=True, pushed_version="7")
    two = dataclasses.replace(one, models={**one.models, **{"b": report(False, "").models["shop"]}})
    assert one.all_pushed and not two.all_pushed
