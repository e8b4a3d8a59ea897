import pytest
import tensorflow as tf

from serving.local_server.models.served_models import ServedModel
from serving.local_server.rest.request_body import BodyLimits
from serving.local_server.rest.rest_service import RestConfig
from serving.local_server.server_config import ServerConfig
from serving.local_server.wire.text_configs import BatchingConfig, TlsConfig


def written(tmp_path, text):
    (tmp_path / "file").write_text(text, encoding="utf-8")
    return str(tmp_path / "file")


def test_one_model_without_a_file():
    config = ServerConfig("m", "relative/m")
    assert config.models() == [ServedModel("m", "relative/m")]
    assert (config.batching(), config.metrics_path(), config.tls()) == (None, "", None)


def test_what_the_files_say(tmp_path):
    models = 'model_config_list { config { name: "n" base_path: "/n" model_platform: "tensorflow" } }'
    assert ServerConfig("m", "/m", model_config_file=written(tmp_path, models)).models() == [ServedModel("n", "/n")]
    monitoring = written(tmp_path, 'prometheus_config { enable: true path: "/p" }')
    assert ServerConfig(monitoring_config_file=monitoring).metrics_path() == "/p"
    tls = written(tmp_path, 'server_key: "k" server_cert: "c"')
    assert ServerConfig(ssl_config_file=tls).tls() == TlsConfig("k", "c")
    batching = written(tmp_path, "max_batch_size { value: 5 }")
    config = ServerConfig(enable_batching=True, batching_parameters_file=batching)
    assert config.batching() == BatchingConfig(max_batch_size=5)


def test_batching_needs_no_file_but_a_file_needs_batching():
    assert ServerConfig(enable_batching=True).batching() == BatchingConfig()
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        ServerConfig(batching_parameters_file="b").batching()
    assert caught.value.message == (
        "server_options.batching_parameters_file is set without setting server_options.enable_batching to true."
    )


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError, match="No such file or directory"):
        ServerConfig(model_config_file=str(tmp_path / "none")).models()


def test_threads():
    one = ServerConfig(tensorflow_session_parallelism=3).session_config()
    assert (one.intra_op_parallelism_threads, one.inter_op_parallelism_threads) == (3, 3)
    other = ServerConfig(tensorflow_session_parallelism=3, tensorflow_inter_op_parallelism=1).session_config()
    assert (other.intra_op_parallelism_threads, other.inter_op_parallelism_threads) == (3, 1)


def test_channel_arguments():
    config = ServerConfig(grpc_channel_arguments="grpc.max_connection_age_ms=2000,grpc.lb_policy_name=pick_first,")
    assert config.channel_arguments() == {"grpc.max_connection_age_ms": 2000, "grpc.lb_policy_name": "pick_first"}
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        ServerConfig(grpc_channel_arguments="grpc.x").channel_arguments()
    assert caught.value.message == "grpc_channel_arguments must be name=value. Received: grpc.x"


def test_the_rest_port(tmp_path):
    monitoring = written(tmp_path, 'prometheus_config { enable: true path: "/p" }')
    config = ServerConfig(
        rest_api_enable_cors_support=True,
        rest_api_num_threads=2,
        rest_api_timeout_in_ms=1500,
        rest_api_receive_seconds=4.0,
        rest_api_max_body_bytes=5,
        monitoring_config_file=monitoring,
    )
    assert config.rest() == RestConfig(True, "/p", 2, 1.5, BodyLimits(longest=5, at_once=10, seconds=4.0))
    assert ServerConfig().rest() == RestConfig()
