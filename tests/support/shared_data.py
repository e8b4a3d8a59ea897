"""Data that may lie beside the checkout, in a folder `shared`; tests that need it are skipped where it does not."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[3] / "shared"


def needs_shared(folder: str) -> pytest.MarkDecorator:
    """Skips a test, saying so, where there is no such folder."""
    return pytest.mark.skipif(not (SHARED / folder).is_dir(), reason=f"there is no {SHARED / folder}")
