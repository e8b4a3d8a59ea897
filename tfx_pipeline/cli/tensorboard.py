"""Start TensorBoard on the logs of all trainings of this pipeline."""

import argparse
import os
import subprocess
import sys

from tfx_pipeline.cli import config_arguments


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    config_arguments.add(parser)
    parser.add_argument("--port", type=int, default=6006, help="on 127.0.0.1 (%(default)s)")


def run(args: argparse.Namespace) -> int:
    """Runs TensorBoard until it is interrupted."""
    config = config_arguments.load(args)
    if not os.path.isdir(config.tensorboard_dir):
        print(f"tandem: there are no logs yet in {config.tensorboard_dir}; `tandem run` writes them.", file=sys.stderr)
        return 1
    command = [sys.executable, "-m", "tensorboard.main", "--logdir", config.tensorboard_dir, "--port", str(args.port)]
    return subprocess.run([*command, "--host", "127.0.0.1"], check=False).returncode
