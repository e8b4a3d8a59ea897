import dataclasses
import gzip
import json
import logging

import numpy as np
import pytest

from components.synthetic_log import generated_set, parts
from components.synthetic_log.finished_set import AnotherSetError
from components.synthetic_log.generated_set import generate
from components.synthetic_log.generator_config import GeneratorConfig, Transitions

CONFIG = GeneratorConfig(events=2_000, items=300, topics=10, files=3)


def contents(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("log")
    generate(CONFIG, "events", str(folder), negatives=9)
    return folder


def test_the_files(folder):
    made = contents(folder)
    divided = [f"events-0000{number}-of-00003.tsv" for number in range(3)]
    assert list(made) == [*divided, "items.tsv", "truth.json"]
    lines = [made[name].decode().splitlines() for name in divided]
    assert {each[0] for each in lines} == {"user_id\ttimestamp_ms\tsurface\tquery\tsession_id\titem_id\tlabel"}
    truth = json.loads(made["truth.json"])
    assert sum(len(each) - 1 for each in lines) == truth["counts"]["events"] == pytest.approx(2_000, rel=0.1)
    users = [{line.split("\t")[0] for line in each[1:]} for each in lines]
    assert len(set.union(*users)) == sum(map(len, users)) == truth["counts"]["users"] == 40
    assert len(made["items.tsv"].splitlines()) == 1 + 300


def test_workers_make_the_same_files(folder, tmp_path):
    generate(CONFIG, "events", str(tmp_path), negatives=9, workers=2)
    assert contents(tmp_path) == contents(folder)


def test_another_seed_makes_other_files(folder, tmp_path):
    generate(dataclasses.replace(CONFIG, seed=18), "events", str(tmp_path), negatives=9)
    one, other = contents(folder), contents(tmp_path)
    assert list(one) == list(other)
    assert not [name for name in one if one[name] == other[name]]


def test_packed_files_hold_the_same(folder, tmp_path):
    generate(dataclasses.replace(CONFIG, gzip=True), "events", str(tmp_path), negatives=9)
    plain = contents(folder)
    for name, content in contents(tmp_path).items():
        if name != "truth.json":
            assert gzip.decompress(content) == plain[name.removesuffix(".gz")]


def test_a_second_call_has_nothing_to_do(folder, caplog):
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    with caplog.at_level(logging.INFO):
        truth = generate(CONFIG, "events", str(folder), negatives=9)
    assert truth == json.loads((folder / "truth.json").read_text())
    assert caplog.messages == [f"{folder} holds this very set already."]
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before


def test_another_set_is_not_replaced(folder):
    before = contents(folder)
    with pytest.raises(AnotherSetError, match="events-00000-of-00003.tsv"):
        generate(CONFIG, "events", str(folder), negatives=10)
    assert contents(folder) == before


def test_an_interrupted_call_leaves_no_set(tmp_path, monkeypatch):
    def interrupted(config, layout, negatives, part):
        if not part.of_items:
            raise KeyboardInterrupt
        return parts.make_part(config, layout, negatives, part)

    monkeypatch.setattr(generated_set, "make_part", interrupted)
    with pytest.raises(KeyboardInterrupt):
        generate(CONFIG, "events", str(tmp_path), negatives=9)
    assert [path.name for path in tmp_path.iterdir()] == [".partial"]
    monkeypatch.undo()
    generate(CONFIG, "events", str(tmp_path), negatives=9)
    assert ".partial" not in contents(tmp_path)


def test_it_says_how_far_it_is(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(generated_set, "_LINE_EVERY_S", 0.0)
    with caplog.at_level(logging.INFO):
        truth = generate(CONFIG, "kuaisar", str(tmp_path), negatives=9)
    assert caplog.messages[0].startswith("0 of about 2,000 events, ")  # The items.
    assert caplog.messages[-1].startswith(f"{truth['counts']['events']:,} events in ")


FEED_CLICK, SEARCH_CLICK = ("recommendation", "1"), ("search", "1")


@pytest.mark.parametrize(
    ("name", "source", "target"),
    [
        ("r2r", FEED_CLICK, FEED_CLICK),
        ("s2r", SEARCH_CLICK, FEED_CLICK),
        ("r2s", FEED_CLICK, SEARCH_CLICK),
        ("s2s", SEARCH_CLICK, SEARCH_CLICK),
    ],
)
@pytest.mark.parametrize("strength", [0.0, 0.7])
def test_transitions_are_seen_in_the_log_alone(tmp_path, name, source, target, strength):
    """Without knowing interests: whether the last click before has more to do with a click than any other of the user.

    Interests do not drift here, and a search has one click, so that without transitions any order would do.
    """
    transitions = Transitions(**{"r2r": 0.0, "s2r": 0.0, "r2s": 0.0, "s2s": 0.0, name: strength})
    config = dataclasses.replace(
        CONFIG,
        **{"events": 20_000, "events_per_user": 100, "files": 1, "transitions": transitions, "drift": 0.0},
        **{"clicks_per_search": 1.0, "shown_per_action": 0.0, "searches_without_click": 0.0, "truth_users": 0},
    )
    generate(config, "events", str(tmp_path), negatives=9)
    rows = [line.split("\t") for line in (tmp_path / "events.tsv").read_text().splitlines()[1:]]
    clicks = {}
    for user, _, surface, _, _, item, label in rows:
        clicks.setdefault(user, []).append(((surface, label), (int(item) - 1) % config.topics))
    differences = []
    for of_user in clicks.values():
        others = [topic for kind, topic in of_user if kind == source]
        last = None
        for kind, topic in of_user:
            if kind == target and last is not None:
                # Of all others of the user but itself: as likely as the last, if order does not matter.
                same = others.count(topic) - (source == target)
                differences.append((last == topic) - same / (len(others) - (source == target)))
            if kind == source:
                last = topic
    mean, error = np.mean(differences), np.std(differences) / np.sqrt(len(differences))
    if strength:
        assert mean > 0.3
    else:
        assert abs(mean) < 4 * error
