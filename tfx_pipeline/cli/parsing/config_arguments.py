"""`--config` and `--set`, which every subcommand that reads a configuration takes."""

import argparse
from collections.abc import Sequence

from tfx_pipeline.config.pipeline_config import DEFAULT_CONFIG, PipelineConfig, load_config


def add(parser: argparse.ArgumentParser, default: str = DEFAULT_CONFIG) -> None:
    """Adds the two options; `default` is the configuration that is read if none is named."""
    parser.add_argument("--config", default=default, metavar="FILE.yaml", help="configuration (%(default)s)")
    parser.add_argument(
        "--set",
        dest="overrides",
        action="append",
        default=[],
        metavar="section.field=value",
        help="override one field of the configuration, e.g. train.epochs=3; may be repeated",
    )


def load(args: argparse.Namespace, overrides: Sequence[str] = ()) -> PipelineConfig:
    """Reads the configuration that the two options name; `overrides` go before those of `--set`."""
    config = load_config(args.config, [*overrides, *args.overrides])
    args.run_root = config.run_root  # An error that comes later is written there.
    return config
