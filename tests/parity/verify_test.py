import os
from pathlib import Path

import numpy as np
import pytest

from tests.parity import verify

SHARED = Path(os.environ.get("TANDEM_SHARED", Path(__file__).resolve().parents[3] / "shared"))
FIXTURES = sorted((SHARED / "parity").glob("unisar_*.npz"))
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
def test_a_changed_weight_is_noticed(tmp_path, capsys):
    with np.load(FIXTURES[0]) as arrays:
        changed = {name: arrays[name] for name in arrays.files}
    changed["weights/rec_fc_layer.fc.6.bias"] = changed["weights/rec_fc_layer.fc.6.bias"] + 0.01
    np.savez(tmp_path / "changed.npz", **changed)
    assert verify.main([str(tmp_path / "changed.npz")]) == 1
    wrong = [line.split()[0] for line in capsys.readouterr().out.splitlines() if line.endswith("not ok")]
    assert wrong == ["rec/outputs/click_loss", "rec/outputs/scores", "rec/outputs/total_loss"]


def test_refuses_other_files(tmp_path, capsys):
    np.savez(tmp_path / "other.npz", config=np.array("{}"))
    assert verify.main([str(tmp_path / "other.npz")]) == 2
    assert "is no fixture of a known model" in capsys.readouterr().err
