import sys

import numpy as np
import pytest

from models.layers.fast.projection import Projection
from models.torch_weights import TorchWeights, read_state_dict

WEIGHTS = {
    "first.weight": np.arange(6.0).reshape(2, 3),
    "first.bias": np.arange(2.0),
    "second.weight": np.ones((4, 3)),
    "second.bias": np.ones(4),
}


@pytest.mark.parametrize(("prefix", "beside"), [("", {}), ("weights/", {"config": np.array("{}")})])
def test_reads_npz_with_and_without_prefix(prefix, beside, tmp_path):
    np.savez(tmp_path / "state.npz", **{prefix + name: value for name, value in WEIGHTS.items()}, **beside)
    state = read_state_dict(tmp_path / "state.npz")
    assert set(state) == set(WEIGHTS)
    np.testing.assert_array_equal(state["first.weight"], WEIGHTS["first.weight"])


def test_refuses_other_endings(tmp_path):
    with pytest.raises(ValueError, match=r"A state_dict is read from .npz, .pt or .pth. Received: .*model.h5"):
        read_state_dict(tmp_path / "model.h5")


def test_says_how_to_get_torch(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ModuleNotFoundError, match=r"needs torch: pip install 'tandem-recommender\[torch\]'"):
        read_state_dict(tmp_path / "model.pt")


def test_linear_layers_become_one_projection():
    layer = Projection(6)
    layer.build((None, 3))
    TorchWeights(WEIGHTS).dense(layer, "first", "second")
    x = np.array([[1.0, 2.0, 3.0]], "float32")
    # Rows of the first: 0·1 + 1·2 + 2·3 and 3·1 + 4·2 + 5·3, plus 0 and 1; of the second: 6 + 1.
    np.testing.assert_allclose(layer(x), [[8, 27, 7, 7, 7, 7]])


def test_names_what_is_missing_or_does_not_fit():
    layer = Projection(5)
    layer.build((None, 3))
    weights = TorchWeights(WEIGHTS)
    with pytest.raises(ValueError, match="The reference's weights lack 'third.weight'."):
        weights.dense(layer, "third")
    with pytest.raises(ValueError, match=r"'first.weight' has the shape \(3, 6\), the model's weight \(3, 5\)."):
        weights.dense(layer, "first", "second")
    with pytest.raises(ValueError, match=r"'first.bias' has the shape \(2,\), the model's weight \(5,\)."):
        weights.assign(layer.bias, "first.bias")
