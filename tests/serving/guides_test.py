"""The Python of README.md and docs/serving.md, run as it stands there but for the address and the model's name."""

import re
from pathlib import Path

import pytest

from tests.serving.readme_test import printed_by

ROOT = Path(__file__).resolve().parents[2]
BY_SCORE = ["é", "d", "c", "b", "a"]
"""The items of the tests' server, best first, whatever it is asked."""

pytestmark = pytest.mark.skipif(not (ROOT / "docs").is_dir(), reason="a wheel has no guides")


@pytest.mark.parametrize(
    ("page", "first_words"), [("README.md", [str(BY_SCORE)] * 2), ("docs/serving.md", BY_SCORE * 2)]
)
def test_the_only_python_of_a_page(retrieval_server, page, first_words):
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL)
    code = code.replace("127.0.0.1:8501", retrieval_server.rest_address).replace("online_retail", "shop")
    lines = printed_by(code, page).splitlines()
    assert [line if line.startswith("[") else line.split()[0] for line in lines] == first_words
