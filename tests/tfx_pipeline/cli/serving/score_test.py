import json
import shutil

import pyarrow.parquet as pq
import pytest


@pytest.fixture
def pushed(exported, tmp_path, shop):
    """The folder of the versions 7 and 8 of a model that retrieves."""
    folder = tmp_path / "run" / "pushed" / "shop"
    for version in ("7", "8"):
        shutil.copytree(exported.model_dir, folder / version)
    return folder


OF_RETRIEVER = ("--set", "model=unifiedssr")


def test_the_feed_of_each_user_of_the_log_by_the_newest_version(pushed, tandem, shop, tmp_path):
    told = tandem("score", "--config", shop, *OF_RETRIEVER, "--k", 3, "--parts", 2, "--vectors")
    folder = tmp_path / "run" / "scores"
    assert told.out == f"{folder}: 2 users, 2 files written. Asked: {pushed}/8\n"
    rows = {row["user_id"]: row for path in folder.glob("*.parquet") for row in pq.read_table(path).to_pylist()}
    # User 7 clicked twice and searched twice; the model keeps as much as it was trained with.
    assert {user: row["history"] for user, row in rows.items()} == {"7": 4, "8": 1}
    assert all(len(row["items"]) == len(row["sources"]) == 3 and len(row["vector"]) == 4 for row in rows.values())
    again = tandem("score", "--config", shop, *OF_RETRIEVER, "--k", 3, "--parts", 2, "--vectors", "--json")
    assert json.loads(again.out) == {
        "users": 2, "parts": 0, "kept": 2, "folder": str(folder), "model": f"{pushed}/8"
    }  # fmt: skip


def test_another_version_has_to_be_asked_for_with_force(pushed, tandem, shop, tmp_path):
    output = ("--output", tmp_path / "my scores", "--parts", 1)
    tandem("score", "--config", shop, *OF_RETRIEVER, *output)
    refused = tandem("score", "--config", shop, *OF_RETRIEVER, *output, "--version", "7", code=1)
    assert f"tandem score: {tmp_path}/my scores holds scores of another model. Give another folder" in refused.err
    forced = tandem("score", "--config", shop, *OF_RETRIEVER, *output, "--version", "7", "--force")
    assert forced.out.endswith(f"1 files written. Asked: {pushed}/7\n")


def test_what_cannot_be_asked_is_told_before_anything_is_read(tandem, shop, tmp_path):
    nothing = tandem("score", "--config", shop, *OF_RETRIEVER, code=1)
    assert f"tandem score: Nothing is pushed to {tmp_path}/run/pushed/shop yet: run `tandem run`" in nothing.err
    (tmp_path / "run" / "pushed" / "shop" / "7").mkdir(parents=True)
    (tmp_path / "run" / "pushed" / "shop" / "7" / "saved_model.pb").touch()
    unknown = tandem("score", "--config", shop, *OF_RETRIEVER, "--version", "9", code=1)
    assert "There is no version 9 of shop, but 7." in unknown.err
    ranks = tandem("score", "--config", shop, code=2)
    assert "shop ranks candidates and finds no items, so there is nothing to write." in ranks.err
    assert "a model lists at most 10,000 items" in tandem("score", "--config", shop, "--k", 10001, code=2).err
