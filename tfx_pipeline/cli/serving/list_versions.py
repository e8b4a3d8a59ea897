"""List the pushed versions: which is served, which were rolled back, and which run made each.

tandem versions                    # those of the configuration
tandem rollback                    # serve the version before the newest again; see its --help
"""

import argparse
import datetime
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final

from components.baseline_model.pushed_versions import complete_versions
from components.pusher.rolled_back import rolled_back_versions
from tfx_pipeline.cli.parsing import config_arguments
from tfx_pipeline.config.pipeline_config import PipelineConfig, ServedModel
from tfx_pipeline.console.exit_code import ExitCode
from tfx_pipeline.result_texts.tables import table

SERVED, KEPT, ROLLED_BACK = "served", "kept", "rolled back"
_FIRST_MOMENT: Final = 10**9
"""A smaller number is no time: whoever pushed it numbered from 1."""


@dataclass(frozen=True)
class Version:
    """A pushed version.

    Attributes:
        model: The name of the model.
        version: Its number.
        state: `served`, if it is the newest; `kept`, if a newer one is; or `rolled back`.
        run: The run that pushed it, as `tandem runs` lists it; 0 if no run of this root did.
        pushed: When, by its number; empty if that is no time.
    """

    model: str
    version: str
    state: str
    run: int
    pushed: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    config_arguments.add(parser)
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Prints the versions, the newest first; 1 if there is none."""
    config = config_arguments.load(args)
    found = [each for served in config.served_models for each in versions(served, _runs(config))]
    if args.json:
        print(json.dumps([asdict(each) for each in found], indent=2))
    elif found:
        rows = [[each.model, each.version, each.state, each.pushed, str(each.run or "")] for each in found]
        print(table(["model", "version", "state", "pushed", "run"], rows))
    else:
        print(f"No version was pushed to {', '.join(each.pushed_model_dir for each in config.served_models)} yet.")
    return ExitCode.OK if found else ExitCode.FAILED


def versions(served: ServedModel, runs: Mapping[str, int]) -> list[Version]:
    """The versions of a model, those that may be served first, each kind from the newest on.

    Args:
        served: The model.
        runs: By the folder of a version, the run that pushed it.
    """
    folder = served.pushed_model_dir
    states = {each: SERVED if place == 0 else KEPT for place, each in enumerate(complete_versions(folder))}
    states |= dict.fromkeys(rolled_back_versions(folder), ROLLED_BACK)
    return [
        Version(served.name, each, state, runs.get(os.path.join(folder, each), 0), _moment(each))
        for each, state in states.items()
    ]


def _runs(config: PipelineConfig) -> dict[str, int]:
    if not os.path.isfile(config.metadata_path):
        return {}
    from tfx_pipeline.past_runs.run_store import RunStore
    from tfx_pipeline.past_runs.run_summary import pushed_destination

    store = RunStore(config.run_root)
    pushes = ((pushed_destination(each), each.id) for each in store.artifacts.values())
    found: dict[str, int] = {}
    for folder, artifact_id in sorted(pushes, key=lambda push: push[1]):
        if folder and artifact_id in store.producers:
            found.setdefault(folder, store.producers[artifact_id][0].number)
    return found


def _moment(version: str) -> str:
    if int(version) < _FIRST_MOMENT:
        return ""
    try:
        return f"{datetime.datetime.fromtimestamp(int(version), datetime.timezone.utc):%Y-%m-%d %H:%M} UTC"
    except (ValueError, OverflowError, OSError):
        return ""
