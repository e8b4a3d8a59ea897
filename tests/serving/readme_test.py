"""The calls that `serving/README.md` shows, run as they stand there but for the address and the model's name."""

import contextlib
import io
import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import serving
from tests.support.vector_models import UNKNOWN

README = (Path(serving.__file__).parent / "README.md").read_text(encoding="utf-8")
PYTHON = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
CURL = re.compile(r"^    (curl .*?)(?=\n\n|\n    curl )", re.MULTILINE | re.DOTALL)
RETRIEVES = re.compile(
    r'"signature_name": "(recommend|search|similar_items|embed_\w+)"|RetrievalRequest|similar_items\('
)


@pytest.fixture(scope="module")
def adapted(rank_server, retrieval_server, explaining_server):
    """Changes an example so that it asks one of the servers of the tests."""

    def adapted(example):
        server = retrieval_server if RETRIEVES.search(example) else rank_server
        if '"explain"' in example:
            server = explaining_server
        return (
            example.replace("127.0.0.1:8501", server.rest_address)
            .replace("127.0.0.1:8500", server.grpc_address)
            .replace("online_retail", "shop")
        )

    return adapted


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl(adapted):
    def answer(command):
        arguments = ["curl", "-s", "--noproxy", "*", *shlex.split(adapted(command))[1:]]
        return json.loads(subprocess.run(arguments, capture_output=True, check=True).stdout)

    answers = [answer(command) for command in CURL.findall(README)]
    best = {"items": [["é", "d", "c"]], "scores": [[5.0, 4.0, 3.0]]}
    assert answers[:3] == [{"outputs": [[1.0, 1.0, 0.0]]}, {"outputs": best}, {"outputs": best}]
    # The shop has none of the items. The query has seven letters, the history two tokens.
    nothing = {"items": [["", "", ""]], "scores": [[0.0, 0.0, 0.0]]}
    unknown = {"embedding": [[UNKNOWN, 1.0]] * 2, "known": [False, False]}
    assert [answer["outputs"] for answer in answers[3:7]] == [nothing, unknown, [[7.0, 0.0]], [[2.0, 1.0]]]
    # By first letters: an 8 is in the feed twice, a 7 was searched for once.
    assert answers[7]["outputs"] == {"history_weights": [[[0.5, 1.0, 0.5]] * 2], "scores": [[2.0, 1.0]]}
    assert [list(answer) for answer in answers[8:]] == [["model_version_status"], ["model_spec", "metadata"]]


def test_python(adapted):
    plain, stubs, client, retrieval, vectors, awaited = map(adapted, PYTHON)
    assert printed_by(plain) == "[[1.0, 1.0, 0.0]]\n"
    assert printed_by(stubs) == "[1.0, 1.0, 0.0]\n"
    assert printed_by(client) == "85123A 1.0\n71053 1.0\n84406B 0.0\n"
    assert printed_by(retrieval) == "é 5.0\nd 4.0\nc 3.0\n" * 2
    assert printed_by(vectors) == "[]\n(0.0, 1.0) (7.0, 0.0)\n[False, False]\n"
    assert printed_by(awaited) == "['é', 'd', 'c'] ['é', 'd', 'c']\n"


def test_the_answers_that_are_shown_are_answers():
    found = re.findall(r'^    (\{"outputs": \{.*?\}\})$', README, re.MULTILINE | re.DOTALL)
    shown = [json.loads(each)["outputs"] for each in found]
    *lists, vectors, explained = shown
    assert [{name: len(rows[0]) for name, rows in each.items()} for each in lists] == [{"items": 3, "scores": 3}] * 3
    assert len(vectors["embedding"]) == len(vectors["known"]) == 2
    (scores,), (weights,) = explained["scores"], explained["history_weights"]
    assert len(scores) == len(weights) == 2
    assert [(first + third, second) for first, second, third in weights] == [(1.0, 1.0)] * 2


def printed_by(code, page="README.md"):
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(code, page, "exec"), {})
    return printed.getvalue()


def test_grpc_alone_and_our_clients_do_without_tensorflow(adapted, rank_server):
    without = [code for code in PYTHON if "tensorflow" not in code]
    assert len(without) == 5
    over_grpc = [
        code.replace("127.0.0.1:8501", "127.0.0.1:8500").replace(
            '"online_retail")', '"online_retail", protocol=WireProtocol.GRPC)'
        )
        for code in without[1:]
    ]
    tail = "\nimport sys\nassert not {'tensorflow', 'tensorflow_serving', 'numpy'} & set(sys.modules)"
    for code in [*without, *over_grpc]:
        code = adapted("from serving.client.ranking_client import WireProtocol\n" + code + tail)
        subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True)
