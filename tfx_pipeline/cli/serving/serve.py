"""Serve the newest pushed model on this machine, over TF Serving's REST and gRPC APIs.

The ports open at once; the model answers as soon as it is loaded, and newer versions take over as they are pushed.
SIGINT (Ctrl-C) and SIGTERM let the requests under way end.
"""

import argparse
import dataclasses
import logging
import os
import sys
from importlib import metadata

from serving.local_server.lean_tensorflow import import_parts
from serving.local_server.models.version_folders import taken_for_pattern, version_folders
from serving.local_server.port_check import PortError, check_ports
from tfx_pipeline.cli.parsing import config_arguments, option_values
from tfx_pipeline.config.loading import ConfigError
from tfx_pipeline.config.pipeline_config import DEFAULT_CONFIG, PipelineConfig, ServedModel


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options; the names are those of TF Serving where it has them."""
    config_arguments.add(parser)
    parser.add_argument("--version", action="store_true", help="print the versions of server and TensorFlow, and end")
    ports = parser.add_argument_group("ports")
    ports.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    ports.add_argument(
        "--port", type=option_values.port, default=8500, help="port of gRPC; 0 takes a free one (%(default)s)"
    )
    ports.add_argument(
        "--rest_api_port", type=option_values.port, default=8501, help="port of REST; 0 takes a free one (%(default)s)"
    )
    _add_switch(ports, "rest_api_enable_cors_support", "let pages of other origins ask")
    ports.add_argument(
        "--rest_api_receive_seconds",
        type=option_values.positive_seconds,
        default=30.0,
        help="how long a connection may take to send a request, or to begin the next (%(default)s)",
    )
    ports.add_argument(
        "--rest_api_max_body_bytes",
        type=option_values.whole_number(1),
        default=64 * 2**20,
        help="longest body of a REST request, also unpacked (%(default)s)",
    )
    ports.add_argument(
        "--grpc_max_message_bytes",
        type=option_values.whole_number(1),
        default=64 * 2**20,
        help="longest message of gRPC; all requests under way may have twice the longer of both (%(default)s)",
    )
    ports.add_argument(
        "--grpc_receive_seconds",
        type=option_values.positive_seconds,
        default=30.0,
        help="how long the message of a gRPC call may take to arrive (%(default)s)",
    )
    ports.add_argument(
        "--answer_read_seconds",
        type=option_values.positive_seconds,
        default=60.0,
        help="how long a client may take to read an answer, on both ports (%(default)s)",
    )
    ports.add_argument("--grpc_socket_path", default="", help="socket file that gRPC listens on as well")
    ports.add_argument("--grpc_channel_arguments", default="", help="more of gRPC's settings: name=value,name=value")
    _add_switch(ports, "enable_grpc_healthcheck_service", "answer gRPC's health service")
    ports.add_argument("--ssl_config_file", default="", help="file with key and certificates of gRPC, a text SSLConfig")
    _add_models(parser.add_argument_group("models"))
    _add_limits(parser.add_argument_group("limits of requests"))
    requests = parser.add_argument_group("requests")
    requests.add_argument(
        "--rest_api_num_threads",
        type=option_values.whole_number(0),
        default=0,
        help="threads of REST requests; 0 takes four for each core",
    )
    requests.add_argument(
        "--rest_api_timeout_in_ms",
        type=option_values.whole_number(1),
        default=30_000,
        help="how long the answer to a REST request may take (%(default)s)",
    )
    _add_switch(requests, "enable_batching", "compute requests in batches")
    requests.add_argument(
        "--batching_parameters_file", default="", help="file with the batching settings, a text BatchingParameters"
    )
    _add_switch(requests, "enable_per_model_batching_parameters", "let batching_params.pbtxt of a version set them")
    requests.add_argument(
        "--monitoring_config_file", default="", help="file that asks for Prometheus metrics, a text MonitoringConfig"
    )
    requests.add_argument("--access_log", default="", help="file that gets a line for each request; - for the screen")
    requests.add_argument(
        "--drain_seconds",
        type=option_values.seconds,
        default=10.0,
        help="how long running requests may take at the end (%(default)s)",
    )


def run(args: argparse.Namespace) -> int:
    """Serves until stopped; 1 when a port cannot be opened or a file is not what it should be."""
    if args.version:
        print(f"Tandem model server: {metadata.version('tandem-recommender')}")
        print(f"TensorFlow Library: {metadata.version('tensorflow')}")
        return 0
    try:
        if not args.model_config_file:
            _find_model(args)
        check_ports(args.host, {"--port": args.port, "--rest_api_port": args.rest_api_port})
    except PortError as error:
        print(f"tandem serve: {error}", file=sys.stderr)
        return 1
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    import_parts()
    # Imports what is left of TensorFlow: seconds.
    from serving.local_server.server import serve_until_stopped
    from serving.local_server.server_config import ServerConfig
    from serving.local_server.wire.statuses import ServingError

    try:
        serve_until_stopped(
            ServerConfig(**{field.name: getattr(args, field.name) for field in dataclasses.fields(ServerConfig)})
        )
    except FileNotFoundError as error:
        print(f"tandem serve: {error.strerror}: {error.filename}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"tandem serve: {error}. Choose other ports with --port and --rest_api_port.", file=sys.stderr)
        return 1
    except ServingError as error:
        print(f"tandem serve: Failed to start server. Error: {error.message}", file=sys.stderr)
        return 1
    return 0


def _add_limits(group: argparse._ArgumentGroup) -> None:
    for name, default, meaning in (
        ("request_values", 250_000, "values of all inputs of a request; all requests under way may have twice that"),
        ("request_rows", 10_000, "rows of an input, or tf.Examples"),
        ("answer_values", 5_000_000, "values of all outputs of a request"),
        ("name_length", 4096, "characters of the name of a model, label or signature"),
    ):
        group.add_argument(
            f"--max_{name}", type=option_values.whole_number(1), default=default, help=f"most {meaning} (%(default)s)"
        )
    group.add_argument(
        "--max_requests_under_way",
        type=option_values.whole_number(0),
        default=0,
        help="most predictions that run or wait, on each port; 0 for 64 for each thread",
    )
    group.add_argument(
        "--max_requests_per_second",
        type=option_values.seconds,
        default=0.0,
        help="most requests that one address may send in a second; 0 for any number (%(default)s)",
    )


def _add_models(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--model_name", default="", help="name in requests (the pushed model's)")
    group.add_argument("--model_base_path", default="", help="folder of versions (where the pipeline pushes to)")
    group.add_argument(
        "--model_config_file", default="", help="file that lists the models instead, a text ModelServerConfig"
    )
    group.add_argument(
        "--model_config_file_poll_wait_seconds",
        type=option_values.seconds,
        default=0.0,
        help="seconds between looks at that file; 0 reads it once (%(default)s)",
    )
    _add_switch(
        group, "allow_version_labels_for_unavailable_models", "let new labels name versions that are not available yet"
    )
    group.add_argument(
        "--reload_wait_seconds",
        type=option_values.positive_seconds,
        default=300.0,
        help="how long a new list of models waits for its models to be available (%(default)s)",
    )
    group.add_argument(
        "--file_system_poll_wait_seconds",
        type=option_values.seconds,
        default=1.0,
        help="seconds between looks for new versions; 0 looks once (%(default)s)",
    )
    group.add_argument(
        "--max_num_load_retries",
        type=option_values.whole_number(0),
        default=5,
        help="how often a version that does not load is tried again (%(default)s)",
    )
    group.add_argument(
        "--load_retry_interval_micros",
        type=option_values.whole_number(0),
        default=60_000_000,
        help="microseconds between these tries (%(default)s)",
    )
    group.add_argument(
        "--num_load_threads",
        type=option_values.whole_number(0),
        default=0,
        help="how many versions load at a time; 0 for one of each model",
    )
    _add_switch(group, "enable_signature_method_name_check", "let signatures answer only what their method says")
    group.add_argument("--saved_model_tags", default="serve", help="tags of the MetaGraph to load (%(default)s)")
    for kind, meaning in (("session", "in all"), ("intra_op", "within operations"), ("inter_op", "between operations")):
        name = f"--tensorflow_{kind}_parallelism"
        group.add_argument(
            name,
            type=option_values.whole_number(0),
            default=0,
            help=f"threads of a model {meaning}; 0 for TensorFlow's choice",
        )
    _add_switch(
        group,
        "enable_model_warmup",
        "replay the requests that a version brings along before it is available",
        default=True,
    )
    _add_switch(group, "warm_up_behind", "let a first version answer before these requests are replayed", default=True)


def _add_switch(group: argparse._ArgumentGroup, name: str, meaning: str, default: bool = False) -> None:
    """Adds an option that is given alone, or with `true` or `false`, as TF Serving's are."""
    group.add_argument(
        f"--{name}",
        type=_truth,
        nargs="?",
        const=True,
        default=default,
        metavar="true|false",
        help=f"{meaning} ({str(default).lower()})",
    )


def _find_model(args: argparse.Namespace) -> None:
    """Fills in the model that the pipeline pushes if the options name none. Only then reads a configuration."""
    filled_by = "a version is a folder named by a number that holds a SavedModel"
    if not (args.model_name and args.model_base_path):
        if args.config == DEFAULT_CONFIG and not os.path.exists(args.config):
            raise ConfigError(
                f"no model to serve: there is no {args.config} in this folder. Name the model, "
                "--model_name NAME --model_base_path FOLDER_OF_VERSIONS, or its configuration, --config FILE.yaml."
            )
        served = _served_model(config_arguments.load(args), args.model_name)
        if not args.model_base_path:
            filled_by = "`tandem run` pushes one"
        args.model_name = args.model_name or served.name
        args.model_base_path = args.model_base_path or served.pushed_model_dir
    if reason := taken_for_pattern(os.path.abspath(args.model_base_path)):
        raise ConfigError(f"{args.model_base_path}: {reason}. Rename the folder, or push to another (`push_to`).")
    if not version_folders(args.model_base_path):
        print(
            f"tandem serve: there is no version in {args.model_base_path} yet; {filled_by}. Waiting for a first one.",
            file=sys.stderr,
        )


def _served_model(config: PipelineConfig, name: str) -> ServedModel:
    models = {served.name: served for served in config.served_models}
    if name not in models and len(models) > 1:
        raise ConfigError(f"say which model to serve, one of {', '.join(models)}: --model_name NAME")
    return models.get(name) or config.served_models[0]


def _truth(text: str) -> bool:
    if text not in ("true", "false"):
        raise argparse.ArgumentTypeError(f"{text} is neither true nor false")
    return text == "true"
