"""Data in a folder `shared` beside the checkout. Tests that need it are skipped if it is missing."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[3] / "shared"


def needs_shared(folder: str) -> pytest.MarkDecorator:
    """Skips a test if the folder is missing, and says so."""
    return pytest.mark.skipif(not (SHARED / folder).is_dir(), reason=f"there is no {SHARED / folder}")
