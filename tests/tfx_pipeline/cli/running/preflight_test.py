import dataclasses
import os
import subprocess
import sys
from collections import namedtuple

import pytest

from tests.support import tiny_logs
from tfx_pipeline.cli.main import main
from tfx_pipeline.cli.running import preflight
from tfx_pipeline.config.pipeline_config import load_config
from tfx_pipeline.runners.failures import NotReadyError


@pytest.fixture
def path(tmp_path):
    return str(tiny_logs.write(tmp_path))


def missing(path, *overrides):
    with pytest.raises(NotReadyError) as caught:
        preflight.check(load_config(path, overrides))
    return str(caught.value)


def test_what_is_ready_is_let_pass_and_leaves_nothing_behind(path, tmp_path):
    before = sorted(tmp_path.rglob("*"))
    preflight.check(load_config(path))
    assert sorted(tmp_path.rglob("*")) == before


def test_everything_that_is_missing_is_told_at_once(path, tmp_path):
    told = missing(path, "data.items=nowhere.tsv", "data_checks.requests=none-*", f"root={path}")
    assert [line.split(":")[0] for line in told.splitlines()] == [
        "data.items = nowhere.tsv",
        "data_checks.requests = none-*",
        f"root = {path}",
    ]


def test_a_file_of_another_form_is_told(path, tmp_path):
    (tmp_path / "events.tsv").write_text("who\twhen\nu1\t5\n")
    assert "events.tsv" in (told := missing(path)) and "data.columns.user_id" in told


def test_files_in_other_stores_are_not_asked_for(path):
    preflight.check(load_config(path, ["data.events=gs://bucket/*.tsv", "root=gs://bucket/run"]))


def test_a_package_that_is_not_installed_is_told(path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert missing(path, "export.retrieval_index=scann").startswith(
        "export.retrieval_index = scann: the package scann is not installed. Install it (`pip install scann`"
    )


def test_a_root_below_a_file_is_told(path):
    assert missing(path, f"root={path}/run") == (
        f"root = {path}/run: {path} is a file, not a folder. Name another folder."
    )


def test_a_root_that_cannot_be_written_to_is_told(path, tmp_path, monkeypatch):
    # Root, as whom tests may run, can write anywhere.
    monkeypatch.setattr(os, "access", lambda folder, _: str(folder) != str(tmp_path))
    assert missing(path, f"root={tmp_path}/a/b") == (
        f"root = {tmp_path}/a/b: {tmp_path} cannot be written to. Mend its rights, or name another folder."
    )


def test_a_disk_that_is_nearly_full_is_told(path, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage(10**12, 10**12, 7_900_000))
    assert "only 7 MB are free there, and a run takes 300 MB at least. Make room, or set `root`" in missing(path)


def test_what_variants_lack_in_common_is_told_once(path):
    config = load_config(path, ["data.items=nowhere.tsv"])
    other = dataclasses.replace(config, enable_cache=False)
    with pytest.raises(NotReadyError) as caught:
        preflight.check_all([config, other])
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
    (tmp_path / "file").write_text("")
    with pytest.raises(NotReadyError) as caught:
        preflight.check_output(output)
    assert str(caught.value) == message.format(tmp_path)


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "--set", "data.events=nowhere.tsv"],
        ["run", "--set", "evaluation.metric=auc"],
        ["experiment", "--variants", "nowhere.yaml"],
        ["compile", "--output", "spec.json"],
    ],
    ids=" ".join,
)
def test_it_is_told_before_tensorflow_and_tfx_are_imported(arguments, path):
    code = (
        "import sys\nfrom tfx_pipeline.cli.main import main\n"
        f"code = main({arguments[:1] + ['--config', path] + arguments[1:]!r})\n"
        "assert not {'tensorflow', 'tfx', 'apache_beam', 'keras', 'pyarrow'} & sys.modules.keys()\n"
        "sys.exit(code)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode in (1, 2) and result.stderr.startswith("tandem"), result.stderr


def test_a_command_says_what_it_lacks(path, capsys):
    assert main(["run", "--config", path, "--set", "data.items=nowhere.tsv"]) == 1
    assert capsys.readouterr().err.startswith("tandem run: data.items = nowhere.tsv: no such file.")
