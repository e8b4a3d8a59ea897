import json


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
