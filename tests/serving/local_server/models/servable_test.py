"""SavedModels that load and run, or do not; `tests/conformance/grpc_predict_cases.py` has most refusals of a call."""

import contextlib
import shutil

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.protobuf import config_pb2, rewriter_config_pb2

from serving.local_server.models.servable import Servable
from tests.support.local_servers import refusal
from tests.support.saved_models import save_half_plus


@pytest.fixture(scope="module")
def servable(half_plus_two):
    with contextlib.closing(Servable(str(half_plus_two))) as servable:
        yield servable


def floats(*values):
    return np.array(values, np.float32)


def strings(*values):
    return np.array([value.encode() for value in values], object)


def test_runs_variables_for_any_batch_and_shape(servable):
    np.testing.assert_array_equal(servable.run("serving_default", {"x": floats(1, 2)})["y"], [2.5, 3.0])
    # An empty name means `serving_default`.
    assert servable.run("", {"x": np.float32(2)})["y"].tolist() == 3.0
    assert servable.run("", {"x": np.zeros([2, 0, 3], np.float32)})["y"].shape == (2, 0, 3)


def test_runs_a_lookup_table_and_gives_strings_as_bytes(servable):
    inputs = {"word": strings("two", "five"), "times": np.array([3, 3])}
    outputs = servable.run("strings", inputs)
    np.testing.assert_array_equal(outputs["number"], [6.0, -3.0])
    np.testing.assert_array_equal(outputs["length"], [3, 4])
    assert outputs["upper"].tolist() == [b"TWO", b"FIVE"]
    assert sorted(outputs) == ["known", "length", "number", "upper", "word_bytes"]
    assert list(servable.run("strings", inputs, ["upper"])) == ["upper"]


def test_tells_its_signatures(servable):
    assert {"serving_default", "strings", "total"} <= set(servable.signature_defs)
    assert list(servable.signature_defs["serving_default"].inputs) == ["x"]


def test_arguments_are_counted_by_feed_name(servable):
    """`times` comes before `word`."""
    inputs = {"word": floats(1), "times": np.array([1])}
    assert refusal(servable.run, "strings", inputs) == "Expects arg[1] to be string but float is provided"


def test_shapes_are_the_graphs_business(servable):
    inputs = {"word": strings("one", "two"), "times": np.array([1, 2, 3])}
    assert refusal(servable.run, "strings", inputs).startswith("Incompatible shapes: ")


def _without_variables(path):
    shutil.rmtree(path / "variables")


def _no_message(path):
    (path / "saved_model.pb").write_bytes(b"\xff\xffnot a message")


def _without_graph(path):
    (path / "saved_model.pb").unlink()


@pytest.mark.parametrize(
    ("breaks", "tags", "error", "message"),
    [
        (_without_graph, ["serve"], tf.errors.NotFoundError, "Could not find SavedModel .pb or .pbtxt at supplied exp"),
        (_no_message, ["serve"], tf.errors.NotFoundError, "cannot be loaded: Cannot parse file"),
        (_without_variables, ["serve"], tf.errors.OpError, "not a valid checkpoint"),
        (lambda path: None, ["gpu"], tf.errors.NotFoundError, "'gpu' could not be found in SavedModel"),
    ],
)
def test_what_does_not_load(half_plus_two, tmp_path, breaks, tags, error, message):
    shutil.copytree(half_plus_two, tmp_path / "broken")
    breaks(tmp_path / "broken")
    assert message in refusal(Servable, str(tmp_path / "broken"), tags, error=error)


def test_two_servables_do_not_share_variables(servable, tmp_path):
    save_half_plus(tmp_path / "other", addend=3.0)
    with contextlib.closing(Servable(str(tmp_path / "other"))) as other:
        assert [each.run("", {"x": floats(0)})["y"].tolist() for each in (servable, other)] == [[2.0], [3.0]]


def test_sessions_do_without_the_memory_optimizer_and_keep_their_threads(half_plus_two):
    given = config_pb2.ConfigProto(intra_op_parallelism_threads=3)
    with contextlib.closing(Servable(str(half_plus_two), session_config=given)) as servable:
        used = servable._session._config
    assert used.intra_op_parallelism_threads == 3
    assert used.graph_options.rewrite_options.memory_optimization == rewriter_config_pb2.RewriterConfig.NO_MEM_OPT
    assert not given.HasField("graph_options")
