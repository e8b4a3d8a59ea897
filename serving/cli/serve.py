"""Serve the newest pushed model on this machine, over TF Serving's REST and gRPC APIs.

The ports open at once; the model answers as soon as it is loaded, and newer versions take over as they are pushed.
SIGINT (Ctrl-C) and SIGTERM let the requests under way end.
"""

import argparse
import logging
import sys

from serving.cli.quiet_tensorflow import quiet_tensorflow
from serving.local_server.version_folders import version_folders
from tfx_pipeline.cli import config_arguments
from tfx_pipeline.config_loading import ConfigError
from tfx_pipeline.configs import PipelineConfig, ServedModel


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options; the names are those of TF Serving."""
    config_arguments.add(parser)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=_port, default=8500, help="port of gRPC; 0 takes a free one (%(default)s)")
    parser.add_argument(
        "--rest_api_port", type=_port, default=8501, help="port of REST; 0 takes a free one (%(default)s)"
    )
    parser.add_argument("--model_name", default="", help="name in requests (the pushed model's)")
    parser.add_argument("--model_base_path", default="", help="folder of versions (where the pipeline pushes to)")
    parser.add_argument(
        "--file_system_poll_wait_seconds",
        type=float,
        default=1.0,
        help="between looks for new versions; 0 looks once (%(default)s)",
    )
    parser.add_argument(
        "--enable_model_warmup",
        type=_truth,
        default=True,
        metavar="true|false",
        help="replay the requests that a version brings along before it is available (true)",
    )


def run(args: argparse.Namespace) -> int:
    """Serves until stopped; 1 when a port cannot be opened."""
    config = config_arguments.load(args)
    model_name, base_path = args.model_name, args.model_base_path
    if not (model_name and base_path):
        served = _served_model(config, model_name)
        model_name, base_path = model_name or served.name, base_path or served.pushed_model_dir
    if not version_folders(base_path):
        print(
            f"tandem serve: nothing is pushed to {base_path} yet; `tandem run` does that. Waiting for a first version.",
            file=sys.stderr,
        )
    quiet_tensorflow()
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    # Imports TensorFlow: seconds.
    from serving.local_server.server import ServerConfig, serve_until_stopped

    try:
        serve_until_stopped(
            ServerConfig(
                model_name=model_name,
                model_base_path=base_path,
                host=args.host,
                port=args.port,
                rest_api_port=args.rest_api_port,
                file_system_poll_wait_seconds=args.file_system_poll_wait_seconds,
                enable_model_warmup=args.enable_model_warmup,
            )
        )
    except OSError as error:
        print(f"tandem serve: {error}. Choose other ports with --port and --rest_api_port.", file=sys.stderr)
        return 1
    return 0


def _served_model(config: PipelineConfig, name: str) -> ServedModel:
    models = {served.name: served for served in config.served_models}
    if name not in models and len(models) > 1:
        raise ConfigError(f"say which model to serve, one of {', '.join(models)}: --model_name NAME")
    return models.get(name) or config.served_models[0]


def _truth(text: str) -> bool:
    if text not in ("true", "false"):
        raise argparse.ArgumentTypeError(f"{text} is neither true nor false")
    return text == "true"


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port < 2**16:
        raise argparse.ArgumentTypeError(f"{port} is no port; give 0 to 65535")
    return port
