"""What is printed is given to a shell as cron does it, and to systemd itself where there is one."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

NAME = "tandem-shop-run"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a space, a percent sign, a dollar and a quotation mark, and a shop in it."""
    folder = tmp_path / "my $HOME of 5% it's"
    folder.mkdir()
    monkeypatch.chdir(folder)
    (folder / "shop.yaml").write_text("name: shop\ndata: {events: a.tsv}\n")
    return folder


@pytest.fixture
def program(tmp_path, monkeypatch):
    """A `tandem` that says where and how it was called, and ends with the code of the file `code`."""
    environment = tmp_path / "an environment" / "bin"
    environment.mkdir(parents=True)
    (environment / "tandem").write_text(
        '#!/bin/sh\npwd\nfor each in "$@"; do echo "<$each>"; done\nexit "$(cat code)"\n'
    )
    (environment / "tandem").chmod(0o755)
    monkeypatch.setattr("sys.executable", str(environment / "python"))
    return environment / "tandem"


def by_cron(text):
    """Calls the line as cron does: without a folder, and with its own reading of percent signs."""
    line = text.splitlines()[-1]
    moment, command = line.split(" ", 5)[:5], line.split(" ", 5)[5]
    assert not re.search(r"(?<!\\)%", command)
    command = command.replace("\\%", "%")
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, cwd="/", check=False, env={})
    return " ".join(moment), done


def test_cron_calls_it_in_this_folder_with_all_that_was_set(folder, program, tandem):
    (folder / "code").write_text("0")
    text = tandem("schedule", "--config", "shop.yaml", "--at", "03:10", "--set", "train.epochs=3").out
    moment, done = by_cron(text)
    assert moment == "10 3 * * *"
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")  # Cron mails nothing.
    log = folder / "runs" / "shop" / "scheduled_run.log"
    assert log.read_text().splitlines() == [
        str(folder), "<run>", "<--config>", f"<{folder}/shop.yaml>", "<--set>", "<train.epochs=3>",
    ]  # fmt: skip
    by_cron(text)
    assert len(log.read_text().splitlines()) == 12  # The second is written behind the first.


def test_cron_mails_a_line_where_it_did_not_go_well(folder, program, tandem):
    (folder / "code").write_text("3")
    _, done = by_cron(tandem("schedule", "--config", "shop.yaml", "--at", "3:05").out)
    assert done.stdout == f"tandem run ended with exit code 3, see {folder}/runs/shop/scheduled_run.log\n"


def test_new_items_each_hour(folder, program, tandem):
    (folder / "code").write_text("0")
    moment, _ = by_cron(tandem("schedule", "index", "--config", "shop.yaml", "--at", "*:30").out)
    assert moment == "30 * * * *"
    assert "<index>" in (folder / "runs" / "shop" / "scheduled_index.log").read_text()


def test_without_an_installed_command_its_module_is_called(folder, tmp_path, tandem, monkeypatch):
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    text = tandem("schedule", "--config", "shop.yaml", "--at", "03:10").out
    assert f" && {tmp_path}/python -W ignore -m tfx_pipeline.cli.main run --config " in text


def test_a_line_that_cron_would_cut_is_refused(folder, program, tandem, monkeypatch):
    deep = folder.joinpath(*["f" * 100] * 4)
    deep.mkdir(parents=True)
    shutil.copy("shop.yaml", deep)
    monkeypatch.chdir(deep)
    error = tandem("schedule", "--config", "shop.yaml", "--at", "03:10", code=2).err
    assert "characters, and cron takes 998. Use --systemd" in error
    tandem("schedule", "--config", "shop.yaml", "--at", "03:10", "--systemd")


@pytest.mark.parametrize("moment", ["24:00", "3:60", "3", "noon", "*/2:10"])
def test_a_wrong_time_is_told(folder, tandem, moment):
    error = tandem("schedule", "--config", "shop.yaml", "--at", moment, code=2).err
    assert f"should be a time such as 03:10, or *:30 for each hour, not '{moment}'" in error


def test_a_folder_that_no_schedule_can_hold_is_refused(folder, tandem, monkeypatch):
    (folder / "two\nlines").mkdir()
    monkeypatch.chdir(folder / "two\nlines")
    shutil.copy(folder / "shop.yaml", ".")
    error = tandem("schedule", "--config", "shop.yaml", "--at", "03:10", code=2).err
    assert "has a character that no line of a schedule can hold" in error


def test_systemd_gets_a_service_and_a_timer(folder, program, tandem):
    text = tandem("schedule", "--config", "shop.yaml", "--at", "3:05", "--systemd").out
    assert text.startswith(f"# {NAME}.service\n[Unit]\n") and f"\n# {NAME}.timer\n[Unit]\n" in text
    assert "\nOnCalendar=*-*-* 03:05:00\n" in text
    quoted = str(folder).replace("$", "$$").replace("%", "%%")
    assert f'\nExecStart="{program}" "run" "--config" "{quoted}/shop.yaml"\n' in text
    hourly = tandem("schedule", "index", "--config", "shop.yaml", "--at", "*:30", "--systemd").out
    assert "\nOnCalendar=*-*-* *:30:00\n" in hourly


def test_both_files_are_written_where_systemd_looks(folder, program, tandem, tmp_path):
    units = tmp_path / "systemd" / "user"
    arguments = ["schedule", "--config", "shop.yaml", "--at", "3:05", "--systemd", "--output", units]
    said = tandem(*arguments).out.splitlines()
    assert said[:2] == [f"{units}/{NAME}.service", f"{units}/{NAME}.timer"]
    assert said[2] == f"Next: systemctl --user daemon-reload && systemctl --user enable --now {NAME}.timer"
    before = (units / f"{NAME}.service").read_text()
    tandem(*arguments)
    assert (units / f"{NAME}.service").read_text() == before and len(list(units.iterdir())) == 2
    error = tandem("schedule", "--config", "shop.yaml", "--at", "3:05", "--output", units, code=2).err
    assert "--output goes with --systemd" in error
    (tmp_path / "file").write_text("")
    error = tandem(*arguments[:-1], tmp_path / "file", code=1).err
    assert f"--output {tmp_path}/file: cannot be written to: " in error


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd")
@pytest.mark.parametrize("at", ["03:10", "*:30"])
def test_systemd_itself_understands_both(folder, program, tandem, tmp_path, at):
    units = tmp_path / "units"
    tandem("schedule", "--config", "shop.yaml", "--at", at, "--systemd", "--output", units)
    paths = sorted(str(path) for path in units.iterdir())
    command = ["systemd-analyze", "verify", "--user", "--recursive-errors=no", *paths]
    environment = {**os.environ, "SYSTEMD_UNIT_PATH": f"{units}:", "XDG_RUNTIME_DIR": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    ours = [line for line in (done.stdout + done.stderr).splitlines() if NAME in line or "units/" in line]
    assert not ours, done.stderr
    assert Path(program).exists()
