import json

from tests.support import tiny_logs


def test_what_would_be_made_is_told(tiny, tandem, tmp_path):
    printed = tandem("check", tiny).out
    assert f"{tmp_path}/items.tsv: 72 items, all can be used\n" in printed
    assert f"{tmp_path}/events.tsv: the first 1,000 events, all can be used\n" in printed
    assert "is not in that: --rows 0 reads all." in printed


def test_all_rows_are_read_when_asked_for(tiny, tandem):
    printed = tandem("check", tiny, "--rows", "0").out
    assert "They are of 80 users and 72 items, from 2020-09-13 to 2020-09-28." in printed
    assert "Examples: train " in printed


def test_an_error_names_file_row_and_mend_and_ends_with_1(tiny, tandem, tmp_path):
    events = tmp_path / "events.tsv"
    events.write_text(events.read_text().replace("\tsearch\t", "\tSearch\t"))
    printed = tandem("check", "--config", tiny, code=1).out
    assert "refused (unknown surface " in printed
    line = next(line for line in printed.splitlines() if line.startswith("ERROR"))
    assert f"{events}:" in line and "Did you mean 'search'?" in line
    assert printed.endswith("1 error and 1 warning.\n")


def test_programs_read_json(tiny, tandem):
    found = json.loads(tandem("check", tiny, "--json", "--set", "data.columns.user_id=uid", code=1).out)
    assert found["good"] is False
    assert [(each["code"], each["field"]) for each in found["findings"]] == [("missing_column", "data.columns.user_id")]


def test_weights_and_actions_are_told(tmp_path, tandem):
    config = tiny_logs.write_weighed(tmp_path)
    assert "\nEngagements weigh 1 to 5: 3 click, 1 buy.\n" in tandem("check", config, code=1).out
    found = json.loads(tandem("check", config, "--json", code=1).out)
    assert (found["weights"], found["actions"]) == ([1.0, 5.0], {"click": 3, "buy": 1})
    numbers = ("--set", "data.columns.weight_values={}", "--set", "data.columns.weight=seconds")
    assert "\nEngagements weigh 0.5 to 80.\n" in tandem("check", config, *numbers, code=1).out


def test_items_that_users_get_again_are_told(tiny, tandem, tmp_path):
    assert "engaged with before" not in tandem("check", tiny, "--rows", "0").out
    events = tmp_path / "events.tsv"
    rows = events.read_text().splitlines()
    # Every fourth event comes again a year later: a fifth of all then.
    again = [row.replace("\t160", "\t163", 1) for row in rows[1::4]]
    events.write_text("\n".join([*rows, *again]) + "\n")
    printed = tandem("check", tiny, "--rows", "0").out
    count = len(again)
    assert f"\n{count} engagements (20%) are with an item that the user engaged with before.\n" in printed
    assert f"note     {count} of {5 * count:,} engagements are with an item" in printed
    told = tandem("check", tiny, "--rows", "0", "--set", "data.history_negatives=0.5").out
    assert "note     " not in told and "engaged with before" in told
    assert json.loads(tandem("check", tiny, "--rows", "0", "--json").out)["engaged_again"] == count


def test_a_log_without_weights_tells_of_none(tiny, tandem):
    assert "\nEngagements weigh" not in tandem("check", tiny).out


def test_an_engine_that_is_not_there_is_an_error(tiny, tandem, tmp_path):
    flink = ("--set", "beam.runner=flink", "--set", f"beam.job_server_jar={tmp_path}/none.jar")
    printed = tandem("check", tiny, *flink, code=1).out
    assert f"ERROR    beam.job_server_jar = {tmp_path}/none.jar: no such file. Fetch it with `mvn" in printed
    found = json.loads(tandem("check", tiny, "--json", *flink, code=1).out)
    assert ("beam", "error") in [(each["field"], each["severity"]) for each in found["findings"]]
