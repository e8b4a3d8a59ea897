import pytest

from models.unifiedssr.unifiedssr_config import UnifiedSSRConfig
from schemas.canonical_event import Surface


def test_the_feed_forward_width_is_twice_the_models_unless_told():
    assert UnifiedSSRConfig(dim=8).feed_forward_dim == 16
    assert UnifiedSSRConfig(dim=8, hidden_dim=5).feed_forward_dim == 5


def test_a_surface_reads_queries_where_it_is_told_to():
    for fields, expected in (
        ({}, [False, True]),
        ({"query_branch": False}, [False, False]),
        ({"query_branch_in_recommendation": True}, [True, True]),
    ):
        assert [UnifiedSSRConfig(**fields).reads_queries(surface) for surface in Surface] == expected


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"dim": 7, "num_heads": 1}, "`dim` should be even and divisible by `num_heads`. Received: dim=7, num_heads=1"),
        ({"dim": 8, "num_heads": 3}, "`dim` should be even and divisible by `num_heads`. Received: dim=8, num_heads=3"),
        ({"num_layers": 0}, "`num_layers` should be at least 1. Received: num_layers=0"),
        ({"id_dropout": 1.0, "item_attributes": True}, "`id_dropout` should be .*below 1"),
        ({"id_dropout": 0.5}, "`id_dropout` needs `item_attributes`.*id_dropout=0.5, item_attributes=False"),
        ({"sessions": -1}, "`sessions` should be at least 0. Received: sessions=-1"),
        *(
            (
                {name: value, "query_branch": False},
                f"`{name}` needs the query branch. Received: {name}={value}, query_branch=False",
            )
            for name, value in (("query_branch_in_recommendation", True), ("share_branches", False))
        ),
        *(
            (
                {"reference_peculiarities": True, name: value},
                f"one encoder, no norm of its input, and no queries in recommendation. Received: .*{name}={value}",
            )
            for name, value in (
                ("query_branch_in_recommendation", True),
                ("share_branches", False),
                ("share_surfaces", False),
                ("input_norm", True),
            )
        ),
        ({"loss": "hinge"}, "`loss` should be one of binary, softmax. Received: loss='hinge'"),
        *(
            (
                {"reference_peculiarities": True, "item_attributes": attributes, "query_branch": branch},
                "items without attributes, both branches. "
                f"Received: item_attributes={attributes}, query_branch={branch}",
            )
            for attributes, branch in ((True, True), (False, False))
        ),
    ],
)
def test_refuses(fields, message):
    with pytest.raises(ValueError, match=message):
        UnifiedSSRConfig(**fields)
