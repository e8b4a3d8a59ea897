"""The options of Beam's runner that TFX's executors get."""

from collections.abc import Sequence

from apache_beam.options.pipeline_options import PipelineOptions, StandardOptions

_IN_PROCESS = "--runner=FnApiRunner"
"""The name in configurations. `DirectRunner` would choose a runner, and newer Beams choose one that they download."""

_IN_PROCESS_IN_FULL = "--runner=apache_beam.runners.portability.fn_api_runner.FnApiRunner"
"""The same runner, by a name that older Beams know too."""

_LOCAL_RUNNERS = ("DirectRunner", "FnApiRunner")

_NOTHING_TO_PACK = "--sdk_container_image=none"
"""An image for remote workers. Beam's runner on this machine has no such workers and does not look at it."""


def for_executors(beam_args: Sequence[str]) -> list[str]:
    """Returns the options. For Beam's own runner it adds one that saves seconds in each component.

    Whatever the runner, an executor of TFX packs the installed TFX for the workers, unless an option says that they
    have it already.

    Args:
        beam_args: The options in the configuration.
    """
    named = [_IN_PROCESS_IN_FULL if option == _IN_PROCESS else option for option in beam_args]
    options = PipelineOptions(named)
    runner = options.view_as(StandardOptions).runner
    if runner and runner.rpartition(".")[2] not in _LOCAL_RUNNERS:
        return named
    if options.get_all_options(drop_default=True).get("sdk_container_image"):
        return named
    return [*named, _NOTHING_TO_PACK]
