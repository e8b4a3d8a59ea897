import re
from pathlib import Path

import schemas
from schemas import features

README = (Path(schemas.__file__).parent / "README.md").read_text(encoding="utf-8")


def rows_of(heading):
    section = README.split(f"## {heading}\n")[1].split("\n## ")[0]
    return re.findall(r"^\| `(\w+)` \|", section, flags=re.MULTILINE)


def test_the_readme_has_a_row_for_each_raw_feature_in_the_same_order():
    every = [
        *features.BEHAVIOUR_FEATURES,
        features.WEIGHT,
        features.HISTORY_WEIGHTS,
        features.SHOWN_PLACE,
        *features.CATALOG_FEATURES,
        *features.AUDIENCE_FEATURES,
    ]
    assert rows_of("Raw features") == every


def test_the_readme_has_a_row_for_each_transformed_feature():
    constants = {name: value for name, value in vars(features).items() if name.isupper() and isinstance(value, str)}
    names = {value for name, value in constants.items() if not name.endswith(("_VOCABULARY", "_SPLIT"))}
    assert set(rows_of("Transformed features")) == names - set(rows_of("Raw features"))
    assert set(features.MODEL_INPUTS) <= names


def test_no_name_stands_for_two_features():
    names = [value for name, value in vars(features).items() if name.isupper() and isinstance(value, str)]
    assert len(names) == len(set(names))


def test_what_vocabularies_are_called():
    assert [features.category_vocabulary(level) for level in (0, 3)] == ["categories_0", "categories_3"]
    assert features.attribute_vocabulary(1) == "attributes_1"
    assert features.user_attribute_vocabulary(2) == "user_attributes_2"
    assert features.context_vocabulary("hour") == "context_of_hour"
