import pytest

from components.baseline_model.same_model import is_same_model
from tests.support.model_folders import write_model


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({}, True),
        ({"assets.extra": "requests to warm it up"}, True),
        ({"graph": "other"}, False),
        ({"variables": "weightS"}, False),
        ({"assets": "one file more"}, False),
    ],
)
def test_other_content_is_another_model_but_for_requests_to_warm_it_up(tmp_path, change, same):
    one, other = str(write_model(tmp_path / "a")), str(write_model(tmp_path / "b", **change))
    assert is_same_model(one, other) == is_same_model(other, one) == same
