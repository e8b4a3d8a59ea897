import json

import pytest

from models.unifiedssr.unifiedssr_config import UnifiedSSRConfig


def test_round_trip_through_json():
    config = UnifiedSSRConfig(dim=6, num_heads=3, uniform_sessions=True)
    assert UnifiedSSRConfig(**json.loads(json.dumps(config.to_dict()))) == config


def test_the_feed_forward_width_is_twice_the_models_unless_told():
    assert UnifiedSSRConfig(dim=8).feed_forward_dim == 16
    assert UnifiedSSRConfig(dim=8, hidden_dim=5).feed_forward_dim == 5


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"dim": 7, "num_heads": 1}, "`dim` should be even and divisible by `num_heads`. Received: dim=7, num_heads=1"),
        ({"dim": 8, "num_heads": 3}, "`dim` should be even and divisible by `num_heads`. Received: dim=8, num_heads=3"),
        ({"num_layers": 0}, "`num_layers` should be at least 1. Received: num_layers=0"),
        ({"sessions": -1}, "`sessions` should be at least 0. Received: sessions=-1"),
        ({"loss": "hinge"}, "`loss` should be one of binary, softmax. Received: loss='hinge'"),
        (
            {"reference_peculiarities": True, "item_attributes": True},
            "items without attributes, both branches. Received: item_attributes=True, query_branch=True",
        ),
        (
            {"reference_peculiarities": True, "query_branch": False},
            "items without attributes, both branches. Received: item_attributes=False, query_branch=False",
        ),
    ],
)
def test_refuses(fields, message):
    with pytest.raises(ValueError, match=message):
        UnifiedSSRConfig(**fields)
