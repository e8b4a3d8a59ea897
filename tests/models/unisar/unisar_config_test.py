import json

import pytest

from models.unisar.unisar_config import UniSARConfig


@pytest.mark.parametrize(
    ("experts", "shared", "own"), [("mixture", 3, 2), ("shared_bottom", 1, 0), ("single_task", 0, 1)]
)
def test_experts_of_each_kind(experts, shared, own):
    config = UniSARConfig(experts=experts, shared_experts=3, task_experts=2)
    assert (config.experts_shared, config.experts_of_task) == (shared, own)


def test_survives_json():
    config = UniSARConfig(gate_units=(6, 5), tower_units=(4,), contrasts_per_surface=True)
    assert UniSARConfig(**json.loads(json.dumps(config.to_dict()))) == config


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"num_heads": 3}, "`num_heads` should divide `dim`. Received: num_heads=3, dim=64"),
        (
            {"words_first": True},
            "`words_first` needs `overlap_features`. Received: words_first=True, overlap_features=F",
        ),
        ({"num_layers": 0}, "`num_layers` should be at least 1. Received: num_layers=0"),
        (
            {"experts": "many"},
            "`experts` should be one of mixture, shared_bottom, single_task. Received: experts='many'",
        ),
        ({"gate_units": (3, 0)}, r"`gate_units` should hold whole numbers from 1 on. Received: gate_units=\[3, 0\]"),
        (
            {"gate_units": (3,), "experts": "shared_bottom"},
            r"`gate_units` needs gates, and there are none where a surface has a single expert. Received: "
            r"gate_units=\[3\], experts='shared_bottom', shared_experts=4, task_experts=4",
        ),
        ({"gate_units": (3,), "shared_experts": 1, "task_experts": 0}, "shared_experts=1, task_experts=0"),
    ],
)
def test_refuses(fields, message):
    with pytest.raises(ValueError, match=message):
        UniSARConfig(**fields)
