import re
from pathlib import Path

import schemas
from schemas import features

README = (Path(schemas.__file__).parent / "README.md").read_text(encoding="utf-8")


def rows_of(heading):
    section = README.split(f"## {heading}\n")[1].split("\n## ")[0]
    return re.findall(r"^\| `(\w+)` \|", section, flags=re.MULTILINE)


def test_the_readme_has_a_row_for_each_raw_feature_in_the_same_order():
    every = [*features.BEHAVIOUR_FEATURES, *features.CATALOG_FEATURES, *features.AUDIENCE_FEATURES]
    assert rows_of("Raw features") == every


def test_the_readme_has_a_row_for_each_transformed_feature():
    others = {
        features.CANDIDATE_LABELS,
        features.IS_SEQUENCE_END,
        features.ITEM,
        features.ITEM_WORDS,
        features.ITEM_CATEGORIES,
        features.ITEM_CATEGORY_WORDS,
        features.ITEM_ATTRIBUTES,
        features.ITEM_ENGAGEMENTS,
        features.USER_ATTRIBUTE_INDICES,
    }
    assert set(rows_of("Transformed features")) == {*features.MODEL_INPUTS, *others}


def test_no_name_stands_for_two_features():
    names = [value for name, value in vars(features).items() if name.isupper() and isinstance(value, str)]
    assert len(names) == len(set(names))


def test_each_category_level_has_its_vocabulary():
    assert features.category_vocabulary(0) == "categories_0"
    assert features.category_vocabulary(3) == "categories_3"


def test_each_attribute_has_its_vocabulary():
    assert features.attribute_vocabulary(1) == "attributes_1"
    assert features.user_attribute_vocabulary(2) == "user_attributes_2"


def test_each_context_value_has_its_vocabulary():
    assert features.context_vocabulary("hour") == "context_of_hour"
