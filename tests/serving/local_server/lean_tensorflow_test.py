"""A server without most of TensorFlow, each in a process of its own, since this one may have imported the whole."""

import subprocess
import sys

import pytest

SERVED = """
import sys
from serving.local_server.lean_tensorflow import import_parts
{before}
print(import_parts())
from serving.client.ranking_client import RankingClient
from serving.local_server.server import LocalServer, ServerConfig
from serving.local_server.models.versions import State
from serving.client.requests import RankRequest
with LocalServer(ServerConfig("shop", {base_path!r}, port=0, rest_api_port=0)) as server:
    assert server.model.wait_for(7, State.AVAILABLE, timeout=120)
    with RankingClient(server.rest_address, "shop", timeout_s=60) as client:
        print([item.item_id for item in client.rank(RankRequest("1", ("b", "a")))])
print([name for name in ("tensorflow", "tensorflow.python.keras", "keras") if name in sys.modules])
{after}
"""
WHOLE = "import tensorflow as tf\nassert tf.function(lambda x: x + 1)(tf.constant(1)).numpy() == 2"


def printed(code):
    ended = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.splitlines()


def test_serves_without_the_rest_which_can_be_imported_later(rank_model):
    after = f"{WHOLE}\nprint(tf.keras.layers.Dense(1)(tf.ones((2, 3))).shape)\n"
    after += "from tensorflow_serving.apis import predict_pb2\nimport tensorflow.compat.v1"
    code = SERVED.format(before="", base_path=str(rank_model), after=after)
    assert printed(code) == ["True", "['a', 'b']", "[]", "(2, 1)"]


RENAMED = """
from serving.local_server import lean_tensorflow
lean_tensorflow._PARTS = ('tensorflow.python.no_such_part',)"""


@pytest.mark.parametrize("before", [WHOLE, RENAMED])
def test_serves_with_the_whole_where_that_is_imported_already_or_a_part_has_another_name(rank_model, before):
    lines = printed(SERVED.format(before=before, base_path=str(rank_model), after=""))
    assert lines[:2] == ["False", "['a', 'b']"]
    assert "'tensorflow'" in lines[2]


def test_leaves_devices_of_plugins_to_the_whole(tmp_path):
    (tmp_path / "tensorflow").mkdir()
    (tmp_path / "tensorflow" / "__init__.py").write_text("")
    (tmp_path / "tensorflow-plugins").mkdir()
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
    code += "from serving.local_server.lean_tensorflow import import_parts; print(import_parts())"
    assert printed(code) == ["False"]
