import numpy as np

from models.layers.embedding.context_encoder import ContextEncoder
from models.vocabulary import Attribute
from tests.support.layer_case import run_layer_test

ATTRIBUTES = [{"name": "hour", "size": 5, "dim": 3, "words": 0}, {"name": "device", "size": 4, "dim": 2, "words": 0}]
VALUES = np.array([[1, 3], [0, 2], [4, 0], [0, 0]], "int32")


def test_layer_contract():
    run_layer_test(ContextEncoder, {"attributes": ATTRIBUTES}, {"values": VALUES}, (4, 5), trainable_weights=2)


def test_values_stand_side_by_side_and_what_is_unknown_is_0():
    layer = ContextEncoder([Attribute(**each) for each in ATTRIBUTES])
    layer.build()
    hour, device = (np.asarray(table) for table in layer.embeddings)
    expected = np.zeros((4, 5), "float32")
    expected[0] = [*hour[1], *device[3]]
    expected[1, 3:] = device[2]
    expected[2, :3] = hour[4]
    np.testing.assert_allclose(layer(VALUES), expected, rtol=1e-6)
