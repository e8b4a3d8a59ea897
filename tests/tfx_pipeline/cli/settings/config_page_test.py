import re
from pathlib import Path

import pytest

from tfx_pipeline.cli.settings import config_page
from tfx_pipeline.config.config_fields import config_fields, element_fields

PAGE = Path(__file__).resolve().parents[4] / "docs" / "configuration.md"


@pytest.mark.skipif(not PAGE.parent.is_dir(), reason="the documentation is in the repository, not in the wheel")
def test_the_page_is_that_of_the_code():
    if PAGE.read_text(encoding="utf-8") != config_page.markdown() + "\n":
        pytest.fail(f"{PAGE.name} is not what the code says. Write it anew with `make docs`.", pytrace=False)


def test_every_field_has_a_row_or_is_told_of_with_its_like():
    lines = config_page.markdown().splitlines()
    rows = [line for line in lines if re.match(r"\| \[?`\w+`", line)]
    told = ("retriever.train.", "data.user_files.", "kubeflow.training.")
    told_elsewhere = [path for path in config_fields() if path.startswith(told)]
    entries = [path for field in config_fields().values() for path in element_fields(field)]
    seen_before = [path for path in entries if path.count(".") > 2]
    assert len(rows) == len(config_fields()) - len(told_elsewhere) + len(entries) - len(seen_before)
    assert "## `data.sources[]`" in lines and any(
        row.startswith("| [`sources`](#datasources) | list of") for row in rows
    )
    assert sum(row.startswith("| `epochs` ") for row in rows) == 2  # Of the training and of fine-tuning.
    assert all(row.count(" | ") == 3 for row in rows if row.startswith("| `")), "a cell holds a bar of its own"
    assert "Its fields and their defaults are those of [`train`](#train)." in lines
