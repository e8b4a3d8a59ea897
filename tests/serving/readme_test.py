"""The calls that `serving/README.md` shows, run as they stand there but for the address and the model's name."""

import contextlib
import io
import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

import serving

README = (Path(serving.__file__).parent / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def adapted(rank_server):
    return (
        README.replace("127.0.0.1:8501", rank_server.rest_address)
        .replace("127.0.0.1:8500", rank_server.grpc_address)
        .replace("online_retail", "shop")
    )


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl(adapted):
    commands = re.findall(r"^    (curl .*?)(?=\n\n|\n    curl )", adapted, re.MULTILINE | re.DOTALL)
    answers = [
        json.loads(
            subprocess.run(
                ["curl", "-s", "--noproxy", "*", *shlex.split(command)[1:]], capture_output=True, check=True
            ).stdout
        )
        for command in commands
    ]
    assert [list(answer) for answer in answers] == [["outputs"], ["model_version_status"], ["model_spec", "metadata"]]
    assert answers[0] == {"outputs": [[1.0, 1.0, 0.0]]}


def test_python(adapted):
    stubs, client = re.findall(r"```python\n(.*?)```", adapted, re.DOTALL)
    assert _printed(stubs) == "[1.0, 1.0, 0.0]\n"
    assert _printed(client) == "85123A 1.0\n71053 1.0\n84406B 0.0\n"


def _printed(code):
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(code, "README.md", "exec"), {})
    return printed.getvalue()
