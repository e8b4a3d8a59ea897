"""Compile the pipeline to a Kubeflow Pipelines v2 specification (schema 2.1.0, YAML)."""

import argparse

from tfx_pipeline.cli.parsing import config_arguments
from tfx_pipeline.cli.running import preflight


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    config_arguments.add(parser)
    parser.add_argument(
        "--output", default="", metavar="FILE.yaml", help="the file to write (<run root>/<name>.kubeflow.yaml)"
    )
    parser.add_argument(
        "--image", default="", help="the container image that holds Tandem (kubeflow.image of the configuration)"
    )


def run(args: argparse.Namespace) -> int:
    """Compiles the pipeline and prints the path of the file."""
    config = config_arguments.load(args)
    if args.output:
        preflight.check_output(args.output)
    from tfx_pipeline.kubeflow import kubeflow_runner  # Imports TFX: many seconds.

    print(kubeflow_runner.compile_pipeline(config, output=args.output, image=args.image))
    return 0
