"""Proves that our models compute what the papers' code computes: `python -m tests.parity.verify FILE.npz [FILE...]`.

Builds the model from each file's `config`, loads its weights and computes every output in it. Prints one line for each:
name, largest absolute difference, ok or not ok. Exits with 1 if any difference exceeds 1e-4, and with 2 if a file
cannot be used.
"""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")

import numpy as np

TOLERANCE = 1e-4
# Positions that are padding, for the outputs whose values there carry no meaning.
PADDING_OF = {"s2r": "rec_padding", "r2r": "rec_padding", "r2s": "src_padding", "s2s": "src_padding"}


def differences(path: Path) -> Iterator[tuple[str, float]]:
    """Pairs of each output's name and how far ours is from it; infinite where it is missing, of another shape or NaN.

    Raises:
        ValueError: The file is not a fixture that we know.
    """
    with np.load(path) as arrays:
        fixture = {name: arrays[name] for name in arrays.files}
    from models.torch_weights import read_state_dict

    ours = dict(_model_outputs(path, fixture).outputs(fixture, read_state_dict(path)))
    for name in sorted(name for name in fixture if "/outputs/" in name):
        yield name, _difference(fixture, name, ours.get(name))


def _model_outputs(path: Path, fixture: dict[str, np.ndarray]) -> ModuleType:
    """The module that computes the outputs of the fixture's model, told by what the inputs are called."""
    inputs = {name.rpartition("/")[-1] for name in fixture if "/inputs/" in name}
    if "all_his" in inputs:
        from tests.parity import unisar_outputs

        return unisar_outputs
    if "product_mask" in inputs:
        from tests.parity import unifiedssr_outputs

        return unifiedssr_outputs
    raise ValueError(f"{path} is no fixture of a known model: no task has the input all_his or product_mask.")


def _difference(fixture: dict[str, np.ndarray], name: str, ours: np.ndarray | None) -> float:
    expected = fixture[name].astype("float64")
    if ours is None or ours.shape != expected.shape:
        return float("inf")
    difference = np.abs(expected - ours.astype("float64"))
    task, _, output = name.rpartition("/")
    if output in PADDING_OF:
        difference = difference[~fixture[f"{task}/{PADDING_OF[output]}"]]
    largest = float(np.max(difference, initial=0.0))
    return float("inf") if np.isnan(largest) else largest


def main(arguments: Sequence[str] | None = None) -> int:
    """Verifies the files named on the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.parity.verify", description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE.npz")
    all_ok = True
    for path in parser.parse_args(arguments).files:
        print(path)
        try:
            for name, difference in differences(path):
                ok = difference <= TOLERANCE
                all_ok = all_ok and ok
                print(f"  {name:<36} {difference:.2e}  {'ok' if ok else 'not ok'}")
        except (OSError, ValueError, KeyError) as error:
            print(f"{path}: {error}", file=sys.stderr)
            return 2
    return 0 if all_ok else 1


if __name__ == "__main__":
    sys.exit(main())
