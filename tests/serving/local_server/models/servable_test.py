import shutil

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.protobuf import config_pb2, rewriter_config_pb2

from serving.local_server.models.servable import Servable


@pytest.fixture(scope="module")
def servable(half_plus_two):
    servable = Servable(str(half_plus_two))
    yield servable
    servable.close()


def floats(*values):
    return np.array(values, np.float32)


def strings(*values):
    return np.array([value.encode() for value in values], object)


def message_of(servable, signature, inputs, output_filter=(), error=tf.errors.InvalidArgumentError):
    with pytest.raises(error) as caught:
        servable.run(signature, inputs, output_filter)
    return caught.value.message


def test_runs_variables(servable):
    np.testing.assert_array_equal(servable.run("serving_default", {"x": floats(1, 2)})["y"], [2.5, 3.0])


def test_an_empty_name_means_serving_default(servable):
    np.testing.assert_array_equal(servable.run("", {"x": floats(4)})["y"], [4.0])


def test_runs_a_lookup_table_and_gives_strings_as_bytes(servable):
    outputs = servable.run("strings", {"word": strings("two", "five"), "times": np.array([3, 3])})
    np.testing.assert_array_equal(outputs["number"], [6.0, -3.0])
    np.testing.assert_array_equal(outputs["length"], [3, 4])
    assert outputs["upper"].tolist() == [b"TWO", b"FIVE"]
    assert sorted(outputs) == ["known", "length", "number", "upper", "word_bytes"]


def test_gives_only_the_outputs_asked_for(servable):
    inputs = {"word": strings("one"), "times": np.array([1])}
    assert list(servable.run("strings", inputs, ["upper"])) == ["upper"]


def test_takes_any_batch_and_shape(servable):
    assert servable.run("", {"x": np.float32(2)})["y"].tolist() == 3.0
    assert servable.run("", {"x": np.zeros([2, 0, 3], np.float32)})["y"].shape == (2, 0, 3)


def test_tells_its_signatures(servable):
    assert {"serving_default", "strings", "total"} <= set(servable.signature_defs)
    assert list(servable.signature_defs["serving_default"].inputs) == ["x"]


def test_unknown_signature(servable):
    message = message_of(servable, "no", {"x": floats(1)}, error=tf.errors.FailedPreconditionError)
    assert message == 'Serving signature key "no" not found.'


def test_missing_input(servable):
    assert message_of(servable, "", {}) == (
        "input size does not match signature: 0!=1 len({}) != len({x}). Sent extra: {}. Missing but required: {x}."
    )


def test_too_many_inputs(servable):
    assert message_of(servable, "", {"x": floats(1), "z": floats(1)}) == (
        "input size does not match signature: 2!=1 len({x,z}) != len({x}). Sent extra: {z}. Missing but required: {}."
    )


def test_wrong_input_name(servable):
    assert message_of(servable, "", {"z": floats(1)}).startswith(
        "Signature input alias: x(feed name: serving_default_x:0) not found in request and no default value provided."
    )


@pytest.mark.parametrize(
    ("value", "name"), [(strings("1"), "string"), (np.array([1]), "int64"), (np.array([1.0]), "double")]
)
def test_wrong_type_is_never_converted(servable, value, name):
    assert message_of(servable, "", {"x": value}) == f"Expects arg[0] to be float but {name} is provided"


def test_arguments_are_counted_by_feed_name(servable):
    inputs = {"word": floats(1), "times": np.array([1])}
    assert message_of(servable, "strings", inputs) == "Expects arg[1] to be string but float is provided"


def test_unknown_and_repeated_outputs(servable):
    assert message_of(servable, "", {"x": floats(1)}, ["q"]) == (
        "output tensor alias not found in signature: q Outputs expected to be in the set {y}."
    )
    assert message_of(servable, "", {"x": floats(1)}, ["y", "y"]) == "duplicate output tensor alias: y"


def test_shapes_are_the_graphs_business(servable):
    message = message_of(servable, "strings", {"word": strings("one", "two"), "times": np.array([1, 2, 3])})
    assert message.startswith("Incompatible shapes: ")


def test_no_saved_model(tmp_path):
    with pytest.raises(tf.errors.NotFoundError, match="Could not find SavedModel .pb or .pbtxt at supplied export"):
        Servable(str(tmp_path))


def test_no_such_tags(half_plus_two):
    with pytest.raises(tf.errors.NotFoundError, match="'gpu' could not be found in SavedModel"):
        Servable(str(half_plus_two), tags=["gpu"])


def test_broken_graph(half_plus_two, tmp_path):
    shutil.copytree(half_plus_two, tmp_path / "broken")
    (tmp_path / "broken" / "saved_model.pb").write_bytes(b"\xff\xffnot a message")
    with pytest.raises(tf.errors.NotFoundError, match="cannot be loaded: Cannot parse file"):
        Servable(str(tmp_path / "broken"))


def test_missing_variables(half_plus_two, tmp_path):
    shutil.copytree(half_plus_two, tmp_path / "broken")
    shutil.rmtree(tmp_path / "broken" / "variables")
    with pytest.raises(tf.errors.OpError, match="not a valid checkpoint"):
        Servable(str(tmp_path / "broken"))


def test_two_servables_do_not_share_variables(half_plus_two, tmp_path):
    from tests.support.saved_models import save_half_plus

    save_half_plus(tmp_path / "other", addend=3.0)
    first, second = Servable(str(half_plus_two)), Servable(str(tmp_path / "other"))
    try:
        assert first.run("", {"x": floats(0)})["y"].tolist() == [2.0]
        assert second.run("", {"x": floats(0)})["y"].tolist() == [3.0]
    finally:
        first.close()
        second.close()


def test_sessions_do_without_the_memory_optimizer_and_keep_their_threads(half_plus_two):
    given = config_pb2.ConfigProto(intra_op_parallelism_threads=3)
    servable = Servable(str(half_plus_two), session_config=given)
    used = servable._session._config
    servable.close()
    assert used.intra_op_parallelism_threads == 3
    assert used.graph_options.rewrite_options.memory_optimization == rewriter_config_pb2.RewriterConfig.NO_MEM_OPT
    assert not given.HasField("graph_options")
