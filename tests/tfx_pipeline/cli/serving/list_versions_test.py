import json

import pytest

from components.pusher.rolled_back import roll_back
from tests.support.past_runs import PastRuns


@pytest.fixture
def past(tmp_path, monkeypatch):
    """A root whose runs 1 and 2 pushed versions; run 3 took the second from the cache."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.yaml").write_text("name: shop\ndata: {events: a.tsv}\n")
    past = PastRuns(tmp_path / "runs" / "shop")
    for version in ("1796041714", "7"):
        past.begin()
        (model,) = past.step("Trainer", outputs=["Model"])
        pushed = past.push(model, version)
    past.begin()
    past.step("Pusher", "cached", outputs=[pushed])
    return past


def test_each_version_has_its_state_its_run_and_its_moment(past, tandem):
    folder = past.root / "pushed" / "shop"
    (folder / "8").mkdir()
    (folder / "8" / "saved_model.pb").write_bytes(b"by hand")
    (folder / "1796041999").mkdir()  # Half written.
    found = json.loads(tandem("versions", "--config", "shop.yaml", "--json").out)
    assert [(each["version"], each["state"], each["run"], each["pushed"]) for each in found] == [
        ("1796041714", "served", 1, "2026-11-30 12:28 UTC"),
        ("8", "kept", 0, ""),
        ("7", "kept", 2, ""),
    ]
    roll_back(str(folder), "7")
    printed = tandem("versions", "--config", "shop.yaml").out
    assert [line.split()[:3] for line in printed.splitlines()[1:]] == [
        ["shop", "7", "served"],
        ["shop", "1796041714", "rolled"],
        ["shop", "8", "rolled"],
    ]


def test_without_a_version_it_says_where_it_looked(tmp_path, tandem, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.yaml").write_text("name: shop\ndata: {events: a.tsv}\n")
    told = tandem("versions", "--config", "shop.yaml", code=1).out
    assert told == f"No version was pushed to {tmp_path}/runs/shop/pushed/shop yet.\n"
