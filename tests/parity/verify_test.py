import os
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from models.torch_weights import read_state_dict
from tests.parity import unisar_outputs, verify

SHARED = Path(os.environ.get("TANDEM_SHARED", Path(__file__).resolve().parents[3] / "shared"))
FIXTURES = sorted((SHARED / "parity").glob("*.npz"))
UNISAR_FIXTURES, UNIFIEDSSR_FIXTURES = (
    [path for path in FIXTURES if path.stem.startswith(model)] for model in ("unisar", "unifiedssr")
)
needs_fixtures = pytest.mark.skipif(
    not FIXTURES, reason=f"no parity fixtures in {SHARED / 'parity'}; set TANDEM_SHARED"
)


def arrays_of(path):
    with np.load(path) as arrays:
        return {name: arrays[name] for name in arrays.files}


@needs_fixtures
@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_equals_the_reference(path, capsys):
    assert verify.main([str(path)]) == 0
    lines = capsys.readouterr().out.splitlines()[1:]
    assert len(lines) == sum("/outputs/" in name for name in arrays_of(path))
    assert all(line.endswith("  ok") for line in lines)


@needs_fixtures
@pytest.mark.parametrize("path", UNISAR_FIXTURES, ids=lambda path: path.stem)
def test_still_equals_the_reference_after_export_and_reload(path, tmp_path):
    fixture = arrays_of(path)
    model = unisar_outputs.build(fixture, read_state_dict(path))
    batches = {task: unisar_outputs.inputs(fixture, task) for task in unisar_outputs.SURFACES}
    exported = tf.Module()
    exported.weights = [weight.value for weight in model.weights]
    signature = {
        name: tf.TensorSpec((None, *value.shape[1:]), value.dtype, name) for name, value in batches["rec"].items()
    }
    exported.score = tf.function(lambda inputs: tf.sigmoid(model(inputs)), input_signature=[signature])
    tf.saved_model.save(exported, str(tmp_path))
    reloaded = tf.saved_model.load(str(tmp_path))
    for task, batch in batches.items():
        scores = reloaded.score({name: tf.constant(value) for name, value in batch.items()})
        np.testing.assert_allclose(scores, fixture[f"{task}/outputs/scores"], atol=verify.TOLERANCE)


@needs_fixtures
@pytest.mark.parametrize(
    ("fixtures", "weight", "moved"),
    [
        (
            UNISAR_FIXTURES,
            "rec_fc_layer.fc.6.bias",
            ["rec/outputs/click_loss", "rec/outputs/scores", "rec/outputs/total_loss"],
        ),
        (UNIFIEDSSR_FIXTURES, "next_product_search_w", ["search/outputs/out_loss", "search/outputs/scores"]),
    ],
    ids=["unisar", "unifiedssr"],
)
def test_a_changed_weight_is_noticed(fixtures, weight, moved, tmp_path, capsys):
    arrays = arrays_of(fixtures[0])
    changed = arrays | {f"weights/{weight}": arrays[f"weights/{weight}"] + 0.01}
    np.savez(tmp_path / "changed.npz", **changed)
    assert verify.main([str(tmp_path / "changed.npz")]) == 1
    wrong = [line.split()[0] for line in capsys.readouterr().out.splitlines() if line.endswith("not ok")]
    assert wrong == moved


def test_refuses_other_files(tmp_path, capsys):
    np.savez(tmp_path / "other.npz", config=np.array("{}"))
    assert verify.main([str(tmp_path / "other.npz")]) == 2
    assert "is no fixture of a known model" in capsys.readouterr().err
