import pytest

from serving.local_server.limits.request_limits import RequestLimits
from serving.local_server.models.served_models import ServedModel
from serving.local_server.rest.request_body import BodyLimits
from serving.local_server.rest.rest_service import RestConfig
from serving.local_server.server_config import ServerConfig
from serving.local_server.wire.text_configs import BatchingConfig
from tests.support.local_servers import refusal


def test_one_model_without_a_file():
    config = ServerConfig("m", "relative/m")
    assert config.models() == [ServedModel("m", "relative/m")]
    assert (config.batching(), config.metrics_path(), config.tls()) == (None, "", None)
    assert config.rest() == RestConfig()


def test_batching_needs_no_file_but_a_file_needs_batching():
    assert ServerConfig(enable_batching=True).batching() == BatchingConfig()
    assert refusal(ServerConfig(batching_parameters_file="b").batching) == (
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
    message = refusal(ServerConfig(grpc_channel_arguments="grpc.x").channel_arguments)
    assert message == "grpc_channel_arguments must be name=value. Received: grpc.x"


def test_the_rest_port(tmp_path):
    (tmp_path / "monitoring").write_text('prometheus_config { enable: true path: "/p" }', encoding="utf-8")
    config = ServerConfig(
        rest_api_enable_cors_support=True,
        rest_api_num_threads=2,
        rest_api_timeout_in_ms=1500,
        rest_api_receive_seconds=4.0,
        rest_api_max_body_bytes=5,
        max_requests_under_way=3,
        monitoring_config_file=str(tmp_path / "monitoring"),
    )
    assert config.rest() == RestConfig(True, "/p", 2, 3, 1.5, BodyLimits(longest=5, seconds=4.0))


def test_what_requests_may_ask_for_and_hold():
    admission = ServerConfig(
        rest_api_max_body_bytes=5,
        grpc_max_message_bytes=6,
        max_request_values=7,
        max_request_rows=8,
        max_answer_values=9,
        max_name_length=10,
    ).admission()
    assert admission.limits == RequestLimits(7, 8, 9, 10)
    assert (admission.bytes.most, admission.values.most) == (12, 14)
    default = ServerConfig().admission()
    assert (default.limits, default.bytes.most) == (RequestLimits(), 128 * 2**20)
