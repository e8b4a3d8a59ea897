from pathlib import Path

import pytest

from tests.support.model_folders import write_versions


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The folder of the versions 3, 5 and 9 of the model `shop`."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.yaml").write_text("name: shop\ndata: {events: a.tsv}\n")
    return Path(write_versions(tmp_path / "runs/shop/pushed/shop", {"3": "three", "5": "five", "9": "nine"}))


def numbers(folder):
    return sorted(int(path.name) for path in folder.iterdir() if path.name.isdecimal())


def test_without_a_number_the_version_before_the_newest_is_served(folder, tandem):
    printed = tandem("rollback", "--config", "shop.yaml")
    assert printed.out == f"Version 5 of shop is served now, from {folder}.\n"
    assert printed.err == "Rolled back: 9. `tandem rollback 9` brings it back.\n"
    assert numbers(folder) == [3, 5]
    tandem("rollback", "--config", "shop.yaml")
    assert numbers(folder) == [3]
    told = tandem("rollback", "--config", "shop.yaml", code=1).err
    assert told == (
        f"tandem rollback: {folder} has only version 3, so there is none before it. Rolled back before: 9, 5.\n"
    )


def test_a_version_is_named_and_comes_back(folder, tandem):
    tandem("rollback", "3", "--config", "shop.yaml")
    assert numbers(folder) == [3]
    assert tandem("rollback", "9", "--config", "shop.yaml").err == ""
    assert numbers(folder) == [3, 9]


def test_a_version_that_is_not_there_is_told(folder, tandem):
    told = tandem("rollback", "4", "--config", "shop.yaml", code=2).err
    assert told == f"tandem: {folder} has no version 4. There are: 3, 5, 9.\n"


def test_of_several_models_one_is_named(folder, tandem):
    settings = ("model=unifiedssr", "fine_tuning.surfaces=[search,recommendation]")
    several = ("--config", "shop.yaml", *(word for each in settings for word in ("--set", each)))
    told = tandem("rollback", *several, code=2).err
    assert told == "tandem: several models are served; give --model, one of shop_search, shop_recommendation.\n"
    write_versions(folder.with_name("shop_search"), {"1": "one", "2": "two"})
    assert "Version 1 of shop_search" in tandem("rollback", *several, "--model", "shop_search").out
    assert numbers(folder) == [3, 5, 9]
    assert "no such model" in tandem("rollback", *several, "--model", "shop", code=2).err


def test_a_bucket_is_refused_with_what_to_do(folder, tandem):
    told = tandem("rollback", "--config", "shop.yaml", "--set", "push_to=gs://bucket/shop", code=1).err
    assert told.startswith("tandem rollback: gs://bucket/shop is a bucket. Move the folders")
