"""`--config` and `--set`, which every subcommand that reads a configuration takes."""

import argparse

from tfx_pipeline.configs import DEFAULT_CONFIG, PipelineConfig, load_config


def add(parser: argparse.ArgumentParser) -> None:
    """Adds the two options."""
    parser.add_argument("--config", default=DEFAULT_CONFIG, metavar="FILE.yaml", help="configuration (%(default)s)")
    parser.add_argument(
        "--set",
        dest="overrides",
        action="append",
        default=[],
        metavar="section.field=value",
        help="override one field of the configuration, e.g. train.epochs=3; may be repeated",
    )


def load(args: argparse.Namespace) -> PipelineConfig:
    """Reads the configuration that the two options name."""
    return load_config(args.config, args.overrides)
