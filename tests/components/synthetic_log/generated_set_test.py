import dataclasses
import gzip
import json
import logging

import pytest

from components.synthetic_log import generated_set
from components.synthetic_log.finished_set import AnotherSetError
from components.synthetic_log.generated_set import generate
from components.synthetic_log.generator_config import GeneratorConfig

CONFIG = GeneratorConfig(events=2_000, items=300, topics=10, files=3)


def made(folder, workers=1, **changes):
    """The files of a log with these settings: name to content."""
    generate(dataclasses.replace(CONFIG, **changes), "events", str(folder), negatives=9, workers=workers)
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("log")


@pytest.fixture(scope="module")
def log(folder):
    return made(folder)


def test_the_files(log):
    divided = [f"events-0000{number}-of-00003.tsv" for number in range(3)]
    assert list(log) == [*divided, "items.tsv", "truth.json"]
    lines = [log[name].decode().splitlines() for name in divided]
    assert {each[0] for each in lines} == {"user_id\ttimestamp_ms\tsurface\tquery\tsession_id\titem_id\tlabel"}
    truth = json.loads(log["truth.json"])
    assert sum(len(each) - 1 for each in lines) == truth["counts"]["events"] == pytest.approx(2_000, rel=0.1)
    users = [{line.split("\t")[0] for line in each[1:]} for each in lines]
    assert len(set.union(*users)) == sum(map(len, users)) == truth["counts"]["users"] == 40
    assert len(log["items.tsv"].splitlines()) == 1 + 300


def test_workers_and_packing_make_the_same_files_and_another_seed_makes_others(log, tmp_path):
    assert made(tmp_path / "same", workers=2) == log
    other = made(tmp_path / "other", seed=18)
    assert list(log) == list(other)
    assert not [name for name in log if log[name] == other[name]]
    packed = made(tmp_path / "packed", gzip=True)
    plain = {name.removesuffix(".gz"): gzip.decompress(packed[name]) for name in packed if name != "truth.json"}
    assert {**plain, "truth.json": log["truth.json"]} == log


def test_a_second_call_has_nothing_to_do_and_another_set_is_not_replaced(log, folder, caplog):
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    with caplog.at_level(logging.INFO):
        assert generate(CONFIG, "events", str(folder), negatives=9) == json.loads(log["truth.json"])
    assert caplog.messages == [f"{folder} holds this very set already."]
    with pytest.raises(AnotherSetError, match="events-00000-of-00003.tsv"):
        generate(CONFIG, "events", str(folder), negatives=10)
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before


def test_it_says_how_far_it_is(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(generated_set, "_LINE_EVERY_S", 0.0)
    with caplog.at_level(logging.INFO):
        truth = generate(CONFIG, "kuaisar", str(tmp_path), negatives=9)
    assert caplog.messages[0].startswith("0 of about 2,000 events, ")  # The items.
    assert caplog.messages[-1].startswith(f"{truth['counts']['events']:,} events in ")


def test_lists_with_places_are_the_same_with_any_number_of_workers_and_in_any_parts(tmp_path, log):
    listed = {"list_length": 6, "place_bias": 1.0}
    one, two = (made(tmp_path / f"{workers}", workers, **listed) for workers in (1, 2))
    assert one == two and list(one) == list(log)
    # What stands in no list is as it was.
    assert one["items.tsv"] == log["items.tsv"]
    truth = json.loads(one["truth.json"])
    assert truth["examination"][1] == 0.5 and truth["settings"]["list_length"] == 6
    assert "examination" not in json.loads(log["truth.json"])
