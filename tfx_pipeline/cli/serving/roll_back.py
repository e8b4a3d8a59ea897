"""Serve an earlier pushed version again. Servers that watch the folder turn to it within seconds.

tandem rollback                    # the version before the newest
tandem rollback 1796041714         # this one, as `tandem versions` lists it; also one that was rolled back before

Newer versions move to the folder `rolled_back` beside the others; nothing is deleted. A later run does not push the
same model again, and has to beat the version that is served now.
"""

import argparse
import sys

from components.baseline_model.pushed_versions import complete_versions
from components.pusher.rolled_back import NoSuchVersion, roll_back, rolled_back_versions
from tfx_pipeline.cli.parsing import config_arguments
from tfx_pipeline.config.loading import ConfigError
from tfx_pipeline.config.pipeline_config import PipelineConfig
from tfx_pipeline.console.exit_code import ExitCode
from tfx_pipeline.runners import root_lock
from tfx_pipeline.runners.failures import NotReadyError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.add_argument("version", nargs="?", default="", metavar="VERSION", help="the version to serve")
    config_arguments.add(parser)
    parser.add_argument("--model", default="", metavar="NAME", help="which model, if several are served")


def run(args: argparse.Namespace) -> int:
    """Rolls back and says what is served now; 1 if there is no earlier version."""
    config = config_arguments.load(args)
    name, folder = _model(config, args.model)
    if "://" in folder:
        raise NotReadyError(f"{folder} is a bucket. Move the folders of the newer versions away with its own tools.")
    with root_lock.held(config.run_root, "tandem rollback"):
        version = args.version or _before_newest(folder)
        try:
            taken_back = roll_back(folder, version)
        except NoSuchVersion as error:
            raise ConfigError(str(error)) from None
    print(f"Version {version} of {name} is served now, from {folder}.")
    if taken_back:
        told = ", ".join(taken_back)
        print(f"Rolled back: {told}. `tandem rollback {taken_back[0]}` brings it back.", file=sys.stderr)
    return ExitCode.OK


def _model(config: PipelineConfig, name: str) -> tuple[str, str]:
    """The name of the model, and the folder of its versions."""
    folders = {served.name: served.pushed_model_dir for served in config.served_models}
    if not name and len(folders) > 1:
        raise ConfigError(f"several models are served; give --model, one of {', '.join(folders)}.")
    chosen = name or next(iter(folders))
    if chosen not in folders:
        raise ConfigError(f"--model {chosen}: there is no such model. There are: {', '.join(folders)}.")
    return chosen, folders[chosen]


def _before_newest(folder: str) -> str:
    whole = complete_versions(folder)
    if len(whole) > 1:
        return whole[1]
    there = f"only version {whole[0]}" if whole else "no version"
    aside = rolled_back_versions(folder)
    rolled_back = f" Rolled back before: {', '.join(aside)}." if aside else ""
    raise NotReadyError(f"{folder} has {there}, so there is none before it.{rolled_back}")
