import pytest

from tfx_pipeline.config.config_origins import config_origins

FOLLOWING = {
    f"{model}.{name}": f"as data.{name}"
    for model in ("unisar", "unifiedssr")
    for name in ("recommendation_history", "search_history")
}


@pytest.fixture
def origins(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def of(text, *overrides):
        (tmp_path / "c.yaml").write_text(text)
        return config_origins("c.yaml", overrides)

    return of


def test_a_value_of_the_file_has_its_line(origins):
    text = "# A shop.\nname: shop\n\ndata:\n  events: a.tsv\n  columns: {query: words,\n    label: bought}\n"
    assert origins(text) == {
        "name": "c.yaml, line 2",
        "data.events": "c.yaml, line 5",
        "data.columns.query": "c.yaml, line 6",
        "data.columns.label": "c.yaml, line 7",
        **FOLLOWING,
    }


def test_what_is_set_wins(origins):
    found = origins("name: shop\n", "name=other", "train.epochs=3", "data.events=*_inter*.csv")
    assert found == dict.fromkeys(("name", "train.epochs", "data.events"), "--set") | FOLLOWING


def test_a_section_that_is_set_replaces_that_of_the_file(origins):
    assert origins("train: {epochs: 2, seed: 3}\n", "train={epochs: 4}") == {"train.epochs": "--set", **FOLLOWING}


def test_lengths_follow_the_data_whatever_is_said(origins):
    assert origins("unisar: {search_history: 5}\n") == FOLLOWING


def test_an_empty_file_says_nothing(origins):
    assert origins("") == FOLLOWING
