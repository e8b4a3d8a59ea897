import json
import subprocess
import sys

import pytest

from tests.support import tiny_logs
from tests.support.raw_files import write
from tfx_pipeline.cli.main import main


@pytest.fixture
def config(tmp_path):
    return str(tiny_logs.write(tmp_path, users=10))


def test_a_log_is_told_for_a_person(config, capsys):
    assert main(["data", config]) == 0
    printed = capsys.readouterr().out
    # tiny_logs: 10 users of 16 events on 16 days, 72 items.
    assert printed.startswith("events             160  ")
    assert "users               10  10 engaged on both surfaces\n" in printed
    assert "time span           15  days, 2020-09-13 to 2020-09-28\n" in printed
    assert "\nday               feed    search  new users  new items   ▒ feed  █ search\n2020-09-13 " in printed
    assert "events                        16      16      16      16      16\n" in printed
    assert "searches, 100.0% of them with a click; " in printed
    assert "  search → feed " in printed and "of what follows a search action" in printed
    assert "top queries " in printed and "top items " in printed


def test_programs_read_json(config, capsys):
    assert main(["data", "--config", config, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["events"], found["users"], found["items"]) == (160, 10, 72)
    # Ten users of 16 actions have 15 transitions each.
    assert sum(found["transitions"].values()) == 150


def test_wide_letters_stay_in_their_columns(tmp_path, capsys):
    rows = "u1,1700000000000,search,天气 足球,i1\nu1,1700000000001,search,mug,i1\n"
    write(tmp_path / "events.csv", "user_id,timestamp_ms,surface,query,item_id\n" + rows)
    write(tmp_path / "my.yaml", f"data: {{events: {tmp_path}/events.csv}}")
    assert main(["data", str(tmp_path / "my.yaml")]) == 0
    lines = capsys.readouterr().out.splitlines()
    wide, narrow = (next(line for line in lines if line.startswith(f"  {query}")) for query in ("天气", "mug"))
    # Each of the four wide letters takes two columns.
    assert len(narrow) - len(wide) == 4


def test_a_log_that_cannot_be_read_ends_with_1(config, capsys):
    assert main(["data", config, "--set", "data.events=nowhere.csv"]) == 1
    told = capsys.readouterr().err
    assert "data.events = nowhere.csv: no such file." in told and "`tandem check` tells more." in told


def test_a_log_of_refused_rows_sends_to_check(config, capsys):
    assert main(["data", config, "--set", "data.columns.timestamp=surface"]) == 0
    assert capsys.readouterr().out == "No events. Refused rows: unparsable time 160. `tandem check` tells why.\n"


def test_it_needs_no_tensorflow(config):
    code = (
        "import sys; from tfx_pipeline.cli.main import main; main(['data', sys.argv[1]]); "
        "sys.exit(str({'tensorflow', 'tfx', 'apache_beam', 'keras'} & {*sys.modules}))"
    )
    ended = subprocess.run([sys.executable, "-c", code, config], capture_output=True, text=True)
    assert ended.stderr.strip().endswith("set()")
