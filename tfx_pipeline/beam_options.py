"""The options of Beam's runner, as TFX's executors get them."""

from collections.abc import Sequence

from apache_beam.options.pipeline_options import PipelineOptions, StandardOptions

_NOTHING_TO_PACK = "--sdk_container_image=none"
"""An image for remote workers. Beam's runner on this machine has no such workers and does not look at it."""


def for_executors(beam_args: Sequence[str]) -> list[str]:
    """The options, and for Beam's own runner one more that spares each component seconds.

    An executor of TFX packs the installed TFX anew for the workers, whichever the runner, unless an option says that
    they have it.

    Args:
        beam_args: What the configuration says.
    """
    options = PipelineOptions(list(beam_args))
    if options.view_as(StandardOptions).runner not in (None, "DirectRunner"):
        return list(beam_args)
    if options.get_all_options(drop_default=True).get("sdk_container_image"):
        return list(beam_args)
    return [*beam_args, _NOTHING_TO_PACK]
