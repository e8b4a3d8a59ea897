import pytest

from benchmarks.data_sets.known_sets import DATA_SETS, Places
from components.synthetic_log.worlds import WORLDS


def test_all_worlds_and_the_logs_are_there_by_name():
    assert {name for name, each in DATA_SETS.items() if each.world} == set(WORLDS)
    assert all(each.world in ("", name) and each.name == name for name, each in DATA_SETS.items())
    others = ["online_retail", "jdsearch_sample", "movielens_100k", "beauty_feed", "beauty", "beauty_ids"]
    assert [name for name in DATA_SETS if name not in WORLDS] == [*others, "online_retail_complete"]


def test_what_is_made_or_bundled_is_always_there_and_the_rest_says_what_it_lacks(tmp_path):
    missing = {name: each.missing(Places()) for name, each in DATA_SETS.items()}
    assert [name for name, why in missing.items() if not why and name not in WORLDS] == ["online_retail"]
    assert missing["beauty"] == "it needs --shared DIR"
    assert missing["movielens_100k"] == "it comes with the package recbole and needs --recbole PYTHON"
    assert DATA_SETS["beauty"].missing(Places(tmp_path)) == "the folder of shared data has no events.tsv.gz"


def test_movielens_lies_within_recbole(tmp_path):
    folder = tmp_path / "dataset_example" / "ml-100k"
    folder.mkdir(parents=True)
    places = Places(recbole=tmp_path)
    assert DATA_SETS["movielens_100k"].missing(places) == "" and DATA_SETS["movielens_100k"].files(places) == [folder]


@pytest.mark.parametrize("name", ["tiny", "online_retail"])
def test_the_arguments_of_init_name_files_that_are_there(name, tmp_path):
    data_set = DATA_SETS[name]
    events, option, items = data_set.init(tmp_path, data_set.files(Places()))
    assert option == "--items"
    for path in (events, items):
        assert (tmp_path / path).exists()
