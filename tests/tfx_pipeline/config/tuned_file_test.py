import pytest
import yaml

from tests.support import tiny_logs
from tfx_pipeline.config.loading import ConfigError, as_dict
from tfx_pipeline.config.pipeline_config import load_config
from tfx_pipeline.config.tuned_file import tuned_text, write

WRITTEN = """\
# of the shop
name: shop  # its name
unisar:
  # as wide as the memory allows
  dim: 64  # numbers
  tower_units:
  - 8
  - 4

# of the training
retriever:
  train:
    epochs: 3
"""


def test_only_what_is_changed_changes():
    changes = ["unisar.dim=32", "unisar.tower_units=[16]", "retriever.train.epochs=5"]
    expected = WRITTEN.replace("dim: 64", "dim: 32").replace("epochs: 3", "epochs: 5")
    expected = expected.replace("tower_units:\n  - 8\n  - 4\n", "tower_units: [16]\n")
    assert tuned_text(WRITTEN, changes, ["Tuned.", "", "Twice."]) == f"# Tuned.\n#\n# Twice.\n{expected}"


def test_a_new_field_goes_into_its_section_and_a_new_section_to_the_end():
    text = tuned_text(
        WRITTEN, ["unisar.dropout=0.25", "retriever.train.learning_rate=1e-05", "train.batch_size=64"], []
    )
    assert text == (
        WRITTEN.replace("unisar:\n", "unisar:\n  dropout: 0.25\n").replace(
            "    epochs: 3\n", "    learning_rate: 1e-05\n    epochs: 3\n"
        )
        + "train:\n  batch_size: 64\n"
    )


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        ("train: {epochs: 3}  # short\n", "train: {epochs: 3, batch_size: 8}  # short\n"),
        ("train:\n    epochs: 3", "train:\n    batch_size: 8\n    epochs: 3\n"),
        ("{train: {epochs: 3}}\n", "{train: {epochs: 3, batch_size: 8}}\n"),
        ("{name: x}  # lost\n", "name: x\ntrain:\n  batch_size: 8\n"),  # There is no line to put a new section into.
        ("", "train:\n  batch_size: 8\n"),
    ],
)
def test_sections_of_any_layout(section, expected):
    assert tuned_text(section, ["train.batch_size=8"], []) == expected


def test_a_section_that_is_a_word_keeps_what_the_word_says():
    values = yaml.safe_load(tuned_text("train: auto\nname: x\n", ["train.batch_size=8"], []))
    assert values["train"] == {
        **dict.fromkeys(("epochs", "learning_rate", "early_stopping_patience", "plateau_patience"), "auto"),
        "batch_size": 8,
    }


def test_what_was_searched_with_is_kept_but_for_the_search_and_the_file_loads_as_it(tmp_path):
    path = tiny_logs.write(tmp_path / "a folder")
    path.write_text(path.read_text() + "tune:\n  # wide\n  space: {unisar.dim: [8, 32]}\n")
    output = tmp_path / "new folder" / "tuned.yaml"
    overrides = ["tune.trials=3", "train.epochs=2", "data.max_events_per_user=9"]
    values = {"unisar.dim": 32, "train.learning_rate": 0.0123, "unisar.tower_units": [16, 8]}
    write(output, str(path), overrides, values, ["Tuned."])
    loaded = load_config(str(output))
    expected = load_config(
        str(path),
        [
            "unisar.dim=32",
            "train.learning_rate=0.0123",
            "unisar.tower_units=[16, 8]",
            *overrides[1:],
            "tune.enabled=false",
        ],
    )
    assert loaded == expected
    # A run of it does not search again.
    assert not loaded.tune.enabled and loaded.tune.trials == 0
    text = output.read_text()
    assert text.startswith("# Tuned.\n") and "  # wide\n" in text and "# Queries are words of titles" in text
    # Written again, it says the same.
    write(output, str(path), overrides, values, ["Tuned."])
    assert output.read_text() == text
    # Without a section there is nothing to turn off.
    plain = tiny_logs.write(tmp_path / "plain")
    write(output, str(plain), ["tune.enabled=true"], {"unisar.dim": 8}, [])
    assert output.read_text() == plain.read_text().replace("dim: 16", "dim: 8", 1)
    assert as_dict(load_config(str(output))) == as_dict(load_config(str(plain), ["unisar.dim=8"]))


def test_values_that_cannot_be_loaded_are_not_passed_on(tmp_path):
    path = tiny_logs.write(tmp_path)
    with pytest.raises(ConfigError, match="`num_heads` should divide `dim`"):
        write(tmp_path / "tuned.yaml", str(path), [], {"unisar.dim": 33}, [])
