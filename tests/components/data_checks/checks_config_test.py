import pytest

from components.data_checks.checks_config import DataChecksConfig


@pytest.mark.parametrize("name", ["drift_threshold", "skew_threshold"])
def test_distances_are_from_0_to_1(name):
    assert getattr(DataChecksConfig(**{name: 1.0}), name) == 1.0
    with pytest.raises(ValueError, match=rf"`{name}` should be from 0 to 1\. Received: {name}=1\.5"):
        DataChecksConfig(**{name: 1.5})
