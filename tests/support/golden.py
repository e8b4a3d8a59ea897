"""Compares texts with golden files, so that what users and clusters rely on changes on purpose only."""

import os
from pathlib import Path

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
UPDATE = "TANDEM_UPDATE_GOLDEN"


def assert_golden(name: str, actual: str) -> None:
    """Compares a text with the golden file; with TANDEM_UPDATE_GOLDEN=1 in the environment, writes it anew."""
    path = GOLDEN / name
    if os.environ.get(UPDATE):
        path.write_text(actual, encoding="utf-8")
    expected = path.read_text(encoding="utf-8") if path.exists() else ""
    assert actual == expected, (
        f"tests/golden/{name} differs from what is made now. If the change is meant, write it anew with\n"
        f"    {UPDATE}=1 .venv/bin/python -m pytest <this test>\nand say in CHANGELOG.md what users have to do."
    )
