import json
import sys


def test_data_that_cannot_be_used_is_told_in_one_message(tiny, tandem, tmp_path):
    (tmp_path / "events.tsv").write_text("who\twhen\nu1\t5\n")
    error = tandem("run", "--config", tiny, code=1).err
    assert "events.tsv" in error and "data.columns.user_id" in error and "Traceback" not in error


def test_a_day_whose_file_is_missing_is_told_to_whom_the_configuration_names(tiny, tandem, tmp_path):
    (tmp_path / "run").mkdir()
    code = "import sys, pathlib; pathlib.Path(sys.argv[1]).write_text(sys.stdin.read())"
    told = tmp_path / "what is told.json"
    settings = [f"hooks.command={json.dumps([sys.executable, '-c', code, str(told)])}", "data.events=today.tsv"]
    for command in ("run", "index"):
        tandem(command, "--config", tiny, *(f"--set={each}" for each in settings), code=1)
        news = json.loads(told.read_text())
        assert (news["command"], news["state"], news["exit_code"]) == (f"tandem {command}", "failed", 1)
        assert news["error"]["text"].startswith("data.events = today.tsv: no such file.")
    files = sorted(path.name for path in (tmp_path / "run" / "metrics").iterdir())
    assert files == ["tandem_tiny_index.prom", "tandem_tiny_run.prom"]
