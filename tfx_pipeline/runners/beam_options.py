"""The options of Beam's runner, as TFX's executors get them."""

from collections.abc import Sequence

from apache_beam.options.pipeline_options import PipelineOptions, StandardOptions

_IN_PROCESS = "--runner=FnApiRunner"
"""What configurations say. `DirectRunner` chooses among runners, and newer Beams take one that they download first."""

_IN_PROCESS_IN_FULL = "--runner=apache_beam.runners.portability.fn_api_runner.FnApiRunner"
"""The same by a name that older Beams know too."""

_LOCAL_RUNNERS = ("DirectRunner", "FnApiRunner")

_NOTHING_TO_PACK = "--sdk_container_image=none"
"""An image for remote workers. Beam's runner on this machine has no such workers and does not look at it."""


def for_executors(beam_args: Sequence[str]) -> list[str]:
    """The options, and for Beam's own runner one more that spares each component seconds.

    An executor of TFX packs the installed TFX anew for the workers, whichever the runner, unless an option says that
    they have it.

    Args:
        beam_args: What the configuration says.
    """
    named = [_IN_PROCESS_IN_FULL if option == _IN_PROCESS else option for option in beam_args]
    options = PipelineOptions(named)
    runner = options.view_as(StandardOptions).runner
    if runner and runner.rpartition(".")[2] not in _LOCAL_RUNNERS:
        return named
    if options.get_all_options(drop_default=True).get("sdk_container_image"):
        return named
    return [*named, _NOTHING_TO_PACK]
