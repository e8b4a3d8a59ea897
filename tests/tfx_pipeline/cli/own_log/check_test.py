import json
import subprocess
import sys

import pytest

from tests.support import tiny_logs
from tfx_pipeline.cli.main import main


@pytest.fixture
def config(tmp_path):
    return str(tiny_logs.write(tmp_path))


def test_what_would_be_made_is_told(config, tmp_path, capsys):
    assert main(["check", config]) == 0
    printed = capsys.readouterr().out
    assert f"{tmp_path}/items.tsv: 72 items, all can be used\n" in printed
    assert f"{tmp_path}/events.tsv: the first 1,000 events, all can be used\n" in printed
    assert "is not in that: --rows 0 reads all." in printed


def test_all_rows_are_read_when_asked_for(config, capsys):
    assert main(["check", config, "--rows", "0"]) == 0
    printed = capsys.readouterr().out
    assert "They are of 80 users and 72 items, from 2020-09-13 to 2020-09-28." in printed
    assert "Examples: train " in printed


def test_an_error_names_file_row_and_mend_and_ends_with_1(config, tmp_path, capsys):
    events = tmp_path / "events.tsv"
    events.write_text(events.read_text().replace("\tsearch\t", "\tSearch\t"))
    assert main(["check", "--config", config]) == 1
    printed = capsys.readouterr().out
    assert "refused (unknown surface " in printed
    line = next(line for line in printed.splitlines() if line.startswith("ERROR"))
    assert f"{events}:" in line and "Did you mean 'search'?" in line
    assert printed.endswith("1 error and 1 warning.\n")


def test_programs_read_json(config, capsys):
    assert main(["check", config, "--json", "--set", "data.columns.user_id=uid"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["good"] is False
    assert [(each["code"], each["field"]) for each in found["findings"]] == [("missing_column", "data.columns.user_id")]


def test_a_negative_number_of_rows_is_refused(config, capsys):
    assert main(["check", config, "--rows", "-1"]) == 2
    assert "should be at least 0, not -1" in capsys.readouterr().err


def test_it_needs_no_tensorflow(config):
    code = (
        "import sys; from tfx_pipeline.cli.main import main; main(['check', sys.argv[1]]); "
        "sys.exit(str({'tensorflow', 'tfx', 'apache_beam', 'keras'} & {*sys.modules}))"
    )
    ended = subprocess.run([sys.executable, "-c", code, config], capture_output=True, text=True)
    assert ended.stderr.strip().endswith("set()")
