import json

import pytest

from tests.support import tiny_logs
from tests.support.raw_files import write


@pytest.fixture
def tiny(tmp_path):
    """10 users of 16 events each, one a day, and 72 items."""
    return tiny_logs.write(tmp_path, users=10)


def test_a_log_is_told_for_a_person(tiny, tandem):
    printed = tandem("data", tiny).out
    assert printed.startswith("events             160  ")
    assert "users               10  10 engaged on both surfaces\n" in printed
    assert "time span           15  days, 2020-09-13 to 2020-09-28\n" in printed
    assert "\nday               feed    search  new users  new items   ▒ feed  █ search\n2020-09-13 " in printed
    assert "events                        16      16      16      16      16\n" in printed
    assert "searches, 100.0% of them with a click; " in printed
    assert "\nScripts of their queries: Latin (100.0%).\n" in printed
    assert "  search → feed " in printed and "of what follows a search action" in printed
    assert "top queries " in printed and "top items " in printed


def test_programs_read_json(tiny, tandem):
    found = json.loads(tandem("data", "--config", tiny, "--json").out)
    assert (found["events"], found["users"], found["items"]) == (160, 10, 72)
    # Ten users of 16 actions have 15 transitions each.
    assert sum(found["transitions"].values()) == 150


def test_transitions_between_categories(tmp_path, tandem):
    rows = "u1,1,recommendation,,cup\nu1,2,recommendation,,pan\nu1,3,search,x,hat\nu1,4,search,x,cup\n"
    write(tmp_path / "events.csv", "user_id,timestamp_ms,surface,query,item_id\n" + rows)
    write(tmp_path / "items.csv", "item_id,categories\ncup,kitchen\npan,kitchen\nhat,clothes\n")
    config = write(
        tmp_path / "my.yaml", f"data: {{earliest: 1970-01-01, path: {tmp_path}, events: events.csv, items: items.csv}}"
    )
    printed = tandem("data", config, "--transitions").out
    bar = "█" * 40
    assert f"  feed → feed      100.00%  {bar} of 1 pairs, 1.0 times as often as by chance\n" in printed
    assert "  feed → search      0.00%   of 1 pairs, 0.0 times as often as by chance\n" in printed
    found = json.loads(tandem("data", config, "--transitions", "--json").out)
    assert {each["transition"]: each["same"] for each in found} == {"s2s": 0, "s2r": 0, "r2s": 0, "r2r": 1}
    without = tandem("data", config, "--transitions", "--set", "data.items=").out
    assert without == (
        "No item of the log has a category, so there is nothing to compare. `data.items` names the table of items.\n"
    )


def test_wide_letters_stay_in_their_columns(tmp_path, tandem):
    rows = "u1,1700000000000,search,天气 足球,i1\nu1,1700000000001,search,mug,i1\n"
    write(tmp_path / "events.csv", "user_id,timestamp_ms,surface,query,item_id\n" + rows)
    lines = tandem("data", write(tmp_path / "my.yaml", f"data: {{events: {tmp_path}/events.csv}}")).out.splitlines()
    wide, narrow = (next(line for line in lines if line.startswith(f"  {query}")) for query in ("天气", "mug"))
    # Each of the four wide letters takes two columns.
    assert len(narrow) - len(wide) == 4


def test_a_log_that_cannot_be_read_sends_to_check(tiny, tandem):
    told = tandem("data", tiny, "--set", "data.events=nowhere.csv", code=1).err
    assert "data.events = nowhere.csv: no such file." in told and "`tandem check` tells more." in told
    assert tandem("data", tiny, "--set", "data.columns.timestamp=surface").out == (
        "No events. Refused rows: unparsable time 160. `tandem check` tells why.\n"
    )


def test_weights_and_actions_are_told(tiny, tmp_path, tandem):
    config = tiny_logs.write_weighed(tmp_path)
    told = "weights              1  is the median of all engagements, 1 to 5; 3 click, 1 buy\n"
    assert told in tandem("data", config).out
    found = json.loads(tandem("data", config, "--json").out)
    assert found["weights"] == {"least": 1.0, "median": 1.0, "largest": 5.0, "actions": {"click": 3, "buy": 1}}
    numbers = ("--set", "data.columns.weight_values={}", "--set", "data.columns.weight=seconds")
    printed = tandem("data", config, *numbers).out
    assert "weights           11.5  is the median of all engagements, 0.5 to 80\n" in printed
    assert "\nweights " not in tandem("data", tiny).out
