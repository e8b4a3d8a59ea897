import os
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from models.torch_weights import read_state_dict
from schemas.canonical_event import Surface
from tests.parity import unifiedssr_outputs, unisar_outputs, verify

SHARED = Path(os.environ.get("TANDEM_SHARED", Path(__file__).resolve().parents[3] / "shared"))
FIXTURES = sorted((SHARED / "parity").glob("*.npz"))
UNISAR_FIXTURES = [path for path in FIXTURES if path.stem.startswith("unisar")]
UNIFIEDSSR_FIXTURES = [path for path in FIXTURES if path.stem.startswith("unifiedssr")]
needs_fixtures = pytest.mark.skipif(
    not FIXTURES, reason=f"no parity fixtures in {SHARED / 'parity'}; set TANDEM_SHARED"
)


@needs_fixtures
@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_equals_the_reference(path, capsys):
    assert verify.main([str(path)]) == 0
    lines = capsys.readouterr().out.splitlines()[1:]
    with np.load(path) as arrays:
        assert len(lines) == sum("/outputs/" in name for name in arrays.files)
    assert all(line.endswith("  ok") for line in lines)


@needs_fixtures
@pytest.mark.parametrize("path", UNISAR_FIXTURES, ids=lambda path: path.stem)
def test_still_equals_the_reference_after_export_and_reload(path, tmp_path):
    with np.load(path) as arrays:
        fixture = {name: arrays[name] for name in arrays.files}
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
def test_a_changed_weight_is_noticed(tmp_path, capsys):
    with np.load(UNISAR_FIXTURES[0]) as arrays:
        changed = {name: arrays[name] for name in arrays.files}
    changed["weights/rec_fc_layer.fc.6.bias"] = changed["weights/rec_fc_layer.fc.6.bias"] + 0.01
    np.savez(tmp_path / "changed.npz", **changed)
    assert verify.main([str(tmp_path / "changed.npz")]) == 1
    wrong = [line.split()[0] for line in capsys.readouterr().out.splitlines() if line.endswith("not ok")]
    assert wrong == ["rec/outputs/click_loss", "rec/outputs/scores", "rec/outputs/total_loss"]


@needs_fixtures
@pytest.mark.parametrize("path", UNIFIEDSSR_FIXTURES, ids=lambda path: path.stem)
def test_unifiedssr_still_equals_the_reference_after_saving_and_loading(path, tmp_path):
    with np.load(path) as arrays:
        fixture = {name: arrays[name] for name in arrays.files}
    unifiedssr_outputs.build(fixture, read_state_dict(path)).save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    for surface in Surface:
        for name, value in unifiedssr_outputs.task_outputs(loaded, fixture, surface).items():
            expected = fixture[f"{surface.value}/outputs/{name}"]
            np.testing.assert_allclose(value, expected, atol=verify.TOLERANCE, err_msg=name)


@needs_fixtures
def test_a_changed_weight_of_unifiedssr_is_noticed(tmp_path, capsys):
    with np.load(UNIFIEDSSR_FIXTURES[0]) as arrays:
        changed = {name: arrays[name] for name in arrays.files}
    changed["weights/next_product_search_w"] = changed["weights/next_product_search_w"] + 0.01
    np.savez(tmp_path / "changed.npz", **changed)
    assert verify.main([str(tmp_path / "changed.npz")]) == 1
    wrong = [line.split()[0] for line in capsys.readouterr().out.splitlines() if line.endswith("not ok")]
    assert wrong == ["search/outputs/out_loss", "search/outputs/scores"]


def test_refuses_other_files(tmp_path, capsys):
    np.savez(tmp_path / "other.npz", config=np.array("{}"))
    assert verify.main([str(tmp_path / "other.npz")]) == 2
    assert "is no fixture of a known model" in capsys.readouterr().err
