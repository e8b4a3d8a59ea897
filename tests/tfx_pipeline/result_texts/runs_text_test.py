import dataclasses
import datetime

from tfx_pipeline.past_runs.run_record import RunRecord
from tfx_pipeline.past_runs.run_store import Run, Step
from tfx_pipeline.past_runs.run_summary import RunSummary
from tfx_pipeline.result_texts import runs_text

NOON_MS = 1_767_355_200_000
"""2026-01-02 12:00 UTC."""


def summary(number, outcome="pushed", detail="", metrics=None, configuration=None, seconds=125):
    step = Step(number, "Pusher", "ran", NOON_MS, NOON_MS + seconds * 1000, (), (), {})
    record = RunRecord(configuration) if configuration else None
    run = Run(number, "id", (step,), is_removed=False)
    return RunSummary(run, outcome, detail, {"shop": "/pushed/shop/17"}, metrics or {}, record)


def test_a_list_has_the_outcome_last_and_the_metrics_that_there_are():
    metrics = {"search": {"ndcg_at_5": 0.5, "hit_rate_at_10": 0.75, "mrr": 0.1}}
    long = "ndcg_at_5 in search 0.4120, needed 0.4310; not servable: " + "x" * 60
    text = runs_text.list_text([summary(1, metrics=metrics), summary(12, "not pushed", long, seconds=5)])
    header, first, second = (" ".join(line.split()) for line in text.splitlines())
    # The clock is that of this machine.
    local = datetime.datetime.fromtimestamp(NOON_MS / 1000).strftime("%Y-%m-%d %H:%M")
    columns = "search NDCG@5 search HR@10 recommendation NDCG@5 recommendation HR@10"
    assert header == f"run began took {columns} outcome"
    assert first == f"1 {local} 2 min 05 s 0.5000 0.7500 pushed version 17"
    assert second == f"12 {local} 5 s not pushed: {long}"
    assert runs_text.list_text([]) == "No runs."
    assert "NDCG" not in runs_text.list_text([summary(1)])


def test_two_runs_differ_in_fields_and_metrics():
    one = summary(1, metrics={"search": {"mrr": 0.25}}, configuration={"name": "shop", "train": {"epochs": 3}})
    other = summary(2, metrics={"search": {"mrr": 0.5}}, configuration={"name": "shop", "train": {"epochs": 9}})
    assert runs_text.comparison(one, other) == {
        "runs": [1, 2],
        "outcomes": ["pushed version 17"] * 2,
        "configuration": {"train.epochs": [3, 9]},
        "metrics": {"search": {"mrr": [0.25, 0.5]}},
    }
    assert runs_text.as_json("runs/shop", one)["began"] == "2026-01-02T12:00:00+00:00"
    assert runs_text.compare_text(one, other) == (
        "run 1: pushed version 17\nrun 2: pushed version 17\n\n"
        "field         run 1  run 2\ntrain.epochs  3      9\n\n"
        "surface  metric   run 1   run 2\nsearch   mrr     0.2500  0.5000"
    )


def test_a_run_tells_what_its_trainings_chose(monkeypatch):
    monkeypatch.setattr(runs_text, "details", lambda *_: {"logs": [], "lineage": []})
    chosen = "Trainer: batches of 32 (200 examples, 7 steps an epoch)"
    run = summary(1, configuration={"name": "shop"})
    store = type("Store", (), {"root": "runs/shop"})()
    assert "Chosen" not in runs_text.show_text(store, run)
    record = dataclasses.replace(run.record, report={"trainings": [chosen]})
    blocks = runs_text.show_text(store, dataclasses.replace(run, record=record)).split("\n\n")
    assert blocks[2] == f"Chosen: {chosen}"
    # A report of an earlier release.
    record = dataclasses.replace(run.record, report={})
    assert "Chosen" not in runs_text.show_text(store, dataclasses.replace(run, record=record))


def test_what_was_not_kept_cannot_be_compared():
    one, other = summary(1, configuration={"name": "shop"}), summary(2)
    assert runs_text.compare_text(one, other).endswith("No configuration was kept of run 2.\n\nNo metrics were kept.")
    assert "The configurations are equal." in runs_text.compare_text(one, one)
