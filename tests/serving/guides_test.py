"""The Python of README.md and docs/serving.md, run as it stands there but for the address and the model's name."""

import contextlib
import io
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BY_SCORE = ["é", "d", "c", "b", "a"]
"""The items of the tests' server, best first, whatever it is asked."""

pytestmark = pytest.mark.skipif(not (ROOT / "docs").is_dir(), reason="a wheel has no guides")


@pytest.fixture
def printed(retrieval_server):
    """Runs the only Python of a page against a server of the tests."""

    def printed(page):
        (code,) = re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL)
        code = code.replace("127.0.0.1:8501", retrieval_server.rest_address).replace("online_retail", "shop")
        with contextlib.redirect_stdout(io.StringIO()) as out:
            exec(compile(code, page, "exec"), {})
        return out.getvalue().splitlines()

    return printed


def test_readme(printed):
    assert printed("README.md") == [str(BY_SCORE), str(BY_SCORE)]


def test_serving(printed):
    assert [line.split()[0] for line in printed("docs/serving.md")] == 2 * BY_SCORE
