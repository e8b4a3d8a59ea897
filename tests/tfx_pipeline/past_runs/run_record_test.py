import json
from pathlib import Path

import pytest

from tfx_pipeline.config.loading import as_dict
from tfx_pipeline.config.pipeline_config import PipelineConfig
from tfx_pipeline.past_runs.run_record import read_records, recorded, remove_record


@pytest.fixture
def config(tmp_path):
    return PipelineConfig(name="shop", root=str(tmp_path / "run"))


def test_the_configuration_and_the_report_are_kept(config):
    with recorded(config, 0) as record:
        record.report = {"models": {}}
    with recorded(config, 15) as record:
        record.report = {"models": {"shop": {}}}
    records = read_records(config.run_root)
    assert sorted(records) == [0, 15]
    assert records[0].configuration == json.loads(json.dumps(as_dict(config)))
    assert records[15].report == {"models": {"shop": {}}}
    assert not records[0].error and not records[0].is_locked


def test_what_made_a_run_its_memory_and_where_it_was_are_kept(config, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with recorded(config, 0, "Tandem 1\nTFX 2") as record:
        record.memory = {"Trainer": 7}
    (kept,) = read_records(config.run_root).values()
    assert (kept.versions, kept.memory) == ("Tandem 1\nTFX 2", {"Trainer": 7})
    assert kept.directory == str(tmp_path)
    path = Path(config.run_root, "reports", "0.json")
    newer = ("versions", "memory", "directory")
    older = {name: value for name, value in json.loads(path.read_text()).items() if name not in newer}
    path.write_text(json.dumps(older))
    assert read_records(config.run_root)[0].versions == "" and read_records(config.run_root)[0].memory == {}
    assert read_records(config.run_root)[0].directory == ""


@pytest.mark.parametrize(
    ("error", "kept"),
    [
        (ValueError("events.tsv: line 3\nmore"), "events.tsv: line 3"),
        (MemoryError(), "MemoryError"),
        (KeyboardInterrupt(), ""),
    ],
)
def test_an_error_is_kept_in_a_line_and_goes_on(error, kept, config):
    with pytest.raises(type(error)), recorded(config, 0):
        raise error
    record = read_records(config.run_root)[0]
    assert record.error == kept and record.report is None


def test_a_record_can_be_removed_and_what_cannot_be_read_is_none(config):
    with recorded(config, 0):
        pass
    Path(config.run_root, "reports", "7.json").write_text("{")
    Path(config.run_root, "reports", "notes.json").write_text("{}")
    assert list(read_records(config.run_root)) == [0]
    remove_record(config.run_root, 0)
    remove_record(config.run_root, 0)
    assert read_records(config.run_root) == {}
