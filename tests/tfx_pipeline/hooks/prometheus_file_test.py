import os
import stat

import pytest

from tests.support.finished_runs import report
from tfx_pipeline.hooks import prometheus_file
from tfx_pipeline.hooks.run_news import Ended

NOW = 1_700_000_000.0


def samples(ended, components=(), counted=(), earlier=()):
    found = prometheus_file.samples(ended, dict(components), dict(counted), dict(earlier))
    return {(name, *sorted(labels.values())): value for name, labels, value in found}


def ended(**changes):
    return Ended("tandem run", NOW, 100.0, **changes)


def test_a_run_that_pushed_is_told_by_surface_component_and_split():
    counted = {
        "counts": {"train": 600, "test": 90},
        "reports": {"event": {"rows": 750, "reasons": {"no user": 3, "no item": 4}}},
    }
    found = samples(ended(report=report()), {"Trainer": 61.5}, counted)
    assert found["tandem_run_end_time_seconds",] == NOW + 100
    assert found["tandem_run_last_success_time_seconds",] == found["tandem_run_last_push_time_seconds",] == NOW + 100
    assert found["tandem_run_duration_seconds",] == 100
    states = {key[1]: value for key, value in found.items() if key[0] == "tandem_run_state"}
    assert states == {"pushed": 1, "unchanged": 0, "not_pushed": 0, "failed": 0}
    assert found["tandem_component_duration_seconds", "Trainer"] == 61.5
    assert found["tandem_model_blessed", "shop"] == 1 and found["tandem_model_served_version", "shop"] == 17
    assert found["tandem_model_metric", "ndcg_at_5", "search", "shop"] == 0.5
    assert found["tandem_model_metric", "ndcg_at_5", "recommendation", "shop"] == 0.25
    best = ("candidates", "item_neighbours", "ndcg_at_5", "search", "shop")
    assert found[("tandem_best_rule_metric", *best)] == 0.25
    assert found["tandem_best_rule_difference", "candidates", "difference", "ndcg_at_5", "search", "shop"] == 0.25
    assert found["tandem_best_rule_difference", "candidates", "high", "ndcg_at_5", "search", "shop"] == 0.28
    assert (found["tandem_examples", "train"], found["tandem_examples", "test"]) == (600, 90)
    assert (found["tandem_rows_read", "event"], found["tandem_rows_refused", "event"]) == (750, 7)


def test_a_failed_run_keeps_when_it_last_went_well_and_says_nothing_of_models():
    earlier = {"tandem_run_last_success_time_seconds": 5.0, "tandem_run_last_push_time_seconds": 3.0}
    found = samples(ended(error=ValueError("x")), earlier=earlier)
    assert found["tandem_run_state", "failed"] == 1 and found["tandem_run_end_time_seconds",] == NOW + 100
    assert found["tandem_run_last_success_time_seconds",] == 5
    assert found["tandem_run_last_push_time_seconds",] == 3
    assert not any(name.startswith("tandem_model") for name, *_ in found)
    never = samples(ended(error=ValueError("x")))
    assert not any("last" in name for name, *_ in never)


def test_a_run_that_pushed_nothing_went_well_and_its_model_is_not_blessed():
    earlier = {"tandem_run_last_push_time_seconds": 3.0}
    found = samples(ended(report=report(outcome="not_pushed", version="")), earlier=earlier)
    assert found["tandem_run_last_success_time_seconds",] == NOW + 100
    assert found["tandem_run_last_push_time_seconds",] == 3
    assert found["tandem_model_blessed", "shop"] == 0 and found["tandem_model_served_version", "shop"] == 17
    nothing_served = samples(ended(report=report(outcome="not_pushed", version="", pushed_version="")))
    assert ("tandem_model_served_version", "shop") not in nothing_served


def test_the_file_is_what_prometheus_reads(tmp_path):
    path = prometheus_file.file_path(str(tmp_path / "a folder"), "my shop/1", "tandem run")
    assert path == tmp_path / "a folder" / "tandem_my_shop_1_run.prom"
    found = [("tandem_examples", {"split": 'a"b\\c\nd'}, 600), ("tandem_run_duration_seconds", {}, 0.1)]
    prometheus_file.write(path, {"pipeline": "my shop/1"}, [*found, ("tandem_examples", {"split": "test"}, 1e-7)])
    assert path.read_text() == (
        "# HELP tandem_run_duration_seconds How long the last run took.\n"
        "# TYPE tandem_run_duration_seconds gauge\n"
        'tandem_run_duration_seconds{pipeline="my shop/1"} 0.10000000000000001\n'
        "# HELP tandem_examples How many examples the last run had, by split.\n"
        "# TYPE tandem_examples gauge\n"
        'tandem_examples{pipeline="my shop/1",split="a\\"b\\\\c\\nd"} 600\n'
        'tandem_examples{pipeline="my shop/1",split="test"} 9.9999999999999995e-08\n'
    )
    others = stat.S_IMODE(path.stat().st_mode) & 0o044
    assert others == 0o044 & ~_umask()  # node_exporter is another user.


def test_another_reader_understands_it(tmp_path):
    parser = pytest.importorskip("prometheus_client.parser")
    path = tmp_path / "a.prom"
    found = prometheus_file.samples(ended(report=report()), {"Trainer": 1.5}, {}, {})
    prometheus_file.write(path, {"pipeline": 'a "shop"'}, found)
    families = {each.name: each for each in parser.text_string_to_metric_families(path.read_text())}
    (sample,) = families["tandem_component_duration_seconds"].samples
    assert sample.labels == {"pipeline": 'a "shop"', "component": "Trainer"} and sample.value == 1.5
    assert len(families["tandem_run_state"].samples) == 4


def test_moments_come_from_the_earlier_file_and_one_that_cannot_be_read_has_none(tmp_path):
    path = tmp_path / "a.prom"
    assert prometheus_file.kept_moments(path) == {}
    prometheus_file.write(path, {"pipeline": "shop"}, prometheus_file.samples(ended(report=report()), {}, {}, {}))
    moment = NOW + 100
    assert prometheus_file.kept_moments(path) == {
        "tandem_run_last_success_time_seconds": moment,
        "tandem_run_last_push_time_seconds": moment,
    }
    path.write_text("tandem_run_last_push_time_seconds{} soon\n")
    assert prometheus_file.kept_moments(path) == {}


def test_nobody_reads_a_half_of_it(tmp_path, monkeypatch):
    path = tmp_path / "a.prom"
    prometheus_file.write(path, {}, [("tandem_run_duration_seconds", {}, 1.0)])
    before = path.read_text()

    def stopped(source, destination):
        assert path.read_text() == before
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", stopped)
    with pytest.raises(KeyboardInterrupt):
        prometheus_file.write(path, {}, [("tandem_run_duration_seconds", {}, 2.0)])
    assert path.read_text() == before
    assert [each.name for each in tmp_path.glob("*.prom")] == ["a.prom"]


def _umask():
    now = os.umask(0)
    os.umask(now)
    return now
