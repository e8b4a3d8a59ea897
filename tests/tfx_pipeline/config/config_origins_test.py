import pytest

from tfx_pipeline.config.config_origins import config_origins

FOLLOWING = {
    f"{model}.{name}": f"as data.{name}"
    for model in ("unisar", "unifiedssr")
    for name in ("recommendation_history", "search_history")
}
"""Lengths follow the data, whatever is said of them."""

AUTOMATIC = [
    f"train.{name}" for name in ("epochs", "batch_size", "learning_rate", "early_stopping_patience", "plateau_patience")
]


@pytest.mark.parametrize(
    ("text", "overrides", "origins"),
    [
        ("", (), {}),
        (
            "# A shop.\nname: shop\n\ndata:\n  events: a.tsv\n  columns: {query: words,\n    label: bought}\n",
            (),
            {"name": 2, "data.events": 5, "data.columns.query": 6, "data.columns.label": 7},
        ),
        (
            "name: shop\n",
            ("name=other", "train.epochs=3", "data.events=*_inter*.csv"),
            dict.fromkeys(("name", "train.epochs", "data.events"), "--set"),
        ),
        # A section that is set replaces the file's.
        ("train: {epochs: 2, seed: 3}\n", ("train={epochs: 4}",), {"train.epochs": "--set"}),
        # All that may be automatic, and what was said before of anything else.
        ("train:\n  seed: 3\n  epochs: 2\n", ("train=auto",), {"train.seed": 2, **dict.fromkeys(AUTOMATIC, "--set")}),
        ("name: shop\ntrain: auto\n", (), {"name": 1, **dict.fromkeys(AUTOMATIC, 2)}),
        ("unisar: {search_history: 5}\n", (), {}),
    ],
)
def test_a_value_has_the_line_of_the_file_unless_it_is_set_or_follows(text, overrides, origins, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "c.yaml").write_text(text)
    lines = {name: f"c.yaml, line {where}" if isinstance(where, int) else where for name, where in origins.items()}
    assert config_origins("c.yaml", overrides) == lines | FOLLOWING
