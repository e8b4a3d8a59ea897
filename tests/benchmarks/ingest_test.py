"""The report; that the components run as they do in a pipeline is what the pipeline's own tests show."""

from pathlib import Path

import pytest

from benchmarks import ingest
from benchmarks.figures.own_process import Usage

SMALL = ["--events", "300", "600", "--set", "generate.items=200", "--set", "generate.topics=5"]


@pytest.fixture
def runs(monkeypatch):
    """Instead of running components, notes what is run and leaves files of 30 bytes for each of the splits."""
    runs = []

    def usage(prepare, node, config_path, overrides, workers):
        assert prepare is ingest.prepared_run
        settings = dict(each.split("=", 1) for each in overrides)
        runs.append((node, int(settings["generate.events"]), workers))
        assert (Path(settings["data.path"]) / "events.tsv").exists()
        for split in ("train", "validation", "test", "catalog"):
            folder = Path(settings["root"], "pipeline", "BehaviourExampleGen", "examples", "2", f"Split-{split}")
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "data_tfrecord-00000-of-00001.gz").write_bytes(b"x" * 30)
        return Usage(seconds=2.0, cpu_seconds=4.0, memory_before_mib=500, peak_memory_mib=600)

    monkeypatch.setattr(ingest.own_process, "usage", usage)
    return runs


def test_each_size_and_number_of_workers_is_measured(runs, report_of):
    report = report_of(ingest.main, *SMALL, "--workers", "1", "2", "--transform")
    # DataChecks has the statistics made. If it were not measured by itself, Transform would be measured with them.
    components = ("ItemCatalog", "BehaviourExampleGen", "DataChecks", "Transform")
    assert runs == [(node, size, workers) for size in (300, 600) for workers in (1, 2) for node in components]
    # The catalogue is made for the others to find.
    assert [(row["component"], row["workers"]) for row in report["components"]] == 2 * [
        (node, workers) for workers in (1, 2) for node in components[1:]
    ]
    for row in report["components"]:
        assert (row["events_per_second"], row["events_per_cpu_second"]) == (row["events"] / 2, row["events"] / 4)
        assert (row["memory_before_mib"], row["peak_memory_mib"]) == (500, 600)
    # The catalogue's split is not counted.
    assert [row["bytes"] for row in report["examples"]] == [90, 90]
    assert [row["bytes_an_event"] for row in report["examples"]] == [90 / row["events"] for row in report["examples"]]
    assert report["workload"]["items"] == 200


def test_text_is_printed_for_people_and_logs_are_kept_where_asked(runs, capsys, tmp_path):
    ingest.main([*SMALL, "--workers", "1", "--folder", str(tmp_path)])
    assert "bytes_an_event" in capsys.readouterr().out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log-300", "log-600"]
