import dataclasses
import json
import os
from collections import namedtuple

import pytest

from tfx_pipeline.cli.running import preflight
from tfx_pipeline.config.pipeline_config import load_config
from tfx_pipeline.runners.failures import NotReadyError


def missing(path, *overrides):
    with pytest.raises(NotReadyError) as caught:
        preflight.check(load_config(path, overrides))
    return str(caught.value)


def test_what_is_ready_is_let_pass_and_leaves_nothing_behind(tiny, tmp_path):
    before = sorted(tmp_path.rglob("*"))
    preflight.check(load_config(tiny))
    # Files in other stores are not asked for.
    preflight.check(load_config(tiny, ["data.events=gs://bucket/*.tsv", "root=gs://bucket/run"]))
    assert sorted(tmp_path.rglob("*")) == before


def test_everything_that_is_missing_is_told_at_once(tiny):
    told = missing(tiny, "data.items=nowhere.tsv", "data_checks.requests=none-*", f"root={tiny}/run")
    items, requests, root = told.splitlines()
    assert items.startswith("data.items = nowhere.tsv: no such file.")
    assert requests.startswith("data_checks.requests = none-*: no such file.")
    assert root == f"root = {tiny}/run: {tiny} is a file, not a folder. Name another folder."


def test_more_trials_at_a_time_than_cores_are_refused_where_a_search_is_made(tiny, monkeypatch):
    monkeypatch.setattr("tfx_pipeline.tuning.trial_processes.cores", lambda: 2)
    preflight.check_search(load_config(tiny, ["tune.parallel_trials=2"]))
    too_many = ["tune.parallel_trials=3"]
    with pytest.raises(NotReadyError, match=r"tune\.parallel_trials = 3: this machine has 2 cores for it"):
        preflight.check_search(load_config(tiny, too_many))
    preflight.check_search(load_config(tiny, [*too_many, "tune.enabled=false"]))


def test_a_package_that_is_not_installed_is_told(tiny, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert missing(tiny, "export.retrieval_index=scann").startswith(
        "export.retrieval_index = scann: the package scann is not installed. Install it (`pip install scann`"
    )


def test_a_root_that_cannot_be_written_to_is_told(tiny, tmp_path, monkeypatch):
    # Root, as whom tests may run, can write anywhere.
    monkeypatch.setattr(os, "access", lambda folder, _: str(folder) != str(tmp_path))
    assert missing(tiny, f"root={tmp_path}/a/b") == (
        f"root = {tmp_path}/a/b: {tmp_path} cannot be written to. Mend its rights, or name another folder."
    )


def test_a_disk_that_is_nearly_full_is_told(tiny, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage(10**12, 10**12, 7_900_000))
    assert "only 7 MB are free there, and a run takes 300 MB at least. Make room, or set `root`" in missing(tiny)


def test_what_variants_lack_in_common_is_told_once(tiny):
    config = load_config(tiny, ["data.items=nowhere.tsv"])
    with pytest.raises(NotReadyError) as caught:
        preflight.check_all([config, dataclasses.replace(config, enable_cache=False)])
    assert str(caught.value).count("nowhere.tsv") == 1


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ("spec.json", "--output spec.json: give a file that ends in .yaml."),
        ("folder.yaml", "--output folder.yaml: is a folder; give the file, such as folder.yaml/spec.yaml."),
        ("file/spec.yaml", "--output file/spec.yaml: {}/file is a file, not a folder. Name another folder."),
    ],
)
def test_where_a_specification_cannot_go(output, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(NotReadyError) as caught:
        preflight.check_output(output)
    assert str(caught.value) == message.format(tmp_path)


@pytest.mark.parametrize(
    ("field", "name"),
    [
        *(("root", name) for name in ("runs [v2]", "runs*", "what?", "back\\slash")),
        *(("push_to", name) for name in ("runs [v2]", "back\\slash")),
    ],
)
def test_a_folder_that_tensorflow_takes_for_a_pattern_is_refused_at_once(field, name, tiny, tmp_path):
    (mark,) = {"[", "*", "?", "\\"} & set(name)
    assert missing(tiny, f"{field}={tmp_path}/{name}") == (
        f"{field} = {tmp_path}/{name}: Beam and TensorFlow take {mark} in a path for a pattern and would read other "
        "files. Name another folder."
    )


def test_folders_of_other_odd_names_are_let_pass(tiny, tmp_path):
    for name in ("two words", "é", 'it\'s "so"', "{a,b}", "#1 %41;&", "مجلد"):
        preflight.check(load_config(tiny, [f"root={json.dumps(f'{tmp_path}/{name}')}"]))
    # A model's weights are found where its path matches itself.
    preflight.check(load_config(tiny, [f"push_to={tmp_path}/all*?"]))


def test_a_path_that_is_too_long_is_refused_at_once(tiny, tmp_path):
    deep = "/".join([str(tmp_path), *["x" * 200] * 3])
    assert "sqlite takes 500. Name a folder with a shorter path." in missing(tiny, f"root={deep}")
    assert "a name in it has more than 255 bytes" in missing(tiny, f"push_to={tmp_path}/{'é' * 128}")
    preflight.check(load_config(tiny, [f"push_to={deep}"]))


def test_an_engine_that_is_not_there_is_told(tiny, tmp_path):
    assert f"beam.job_server_jar = {tmp_path}/none.jar: no such file." in missing(
        tiny, "beam.runner=spark", f"beam.job_server_jar={tmp_path}/none.jar"
    )
