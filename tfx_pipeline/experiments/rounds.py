"""The order of an experiment's trainings, what a failure leaves out, and how much time is left."""

import dataclasses
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence

from tfx_pipeline.config.pipeline_config import PipelineConfig
from tfx_pipeline.config.variants import Variant
from tfx_pipeline.experiments.results import Result, Trained, Training

_LOG = logging.getLogger(__name__)


def trainings(variants: Sequence[tuple[Variant, PipelineConfig]], seeds: int) -> list[Training]:
    """Lists the trainings: all variants with their first seed, then all with their second, and so on.

    An experiment that is stopped leaves whole comparisons in this order. Seeds are `train.seed` and the numbers after
    it. Nothing else changes, so all seeds of a variant learn from the same examples.

    Args:
        variants: Each variant with its configuration.
        seeds: How many seeds each is trained with.
    """
    return [Training(variant, turn, _seeded(config, turn)) for turn in range(seeds) for variant, config in variants]


def run(
    planned: Sequence[Training],
    train: Callable[[Training], Trained],
    tell: Callable[[Exception, PipelineConfig], str],
) -> Iterator[Result]:
    """Trains in the given order and yields each result. A variant that fails is not trained with further seeds.

    Args:
        planned: What `trainings` returned.
        train: Makes one training, or takes what it made from the cache.
        tell: Called with the error of a training that failed. It returns the text for the result, or raises if the
            error ends the experiment.
    """
    seconds: dict[str, float] = {}
    is_cached = False
    failed: set[str] = set()
    variants = list(dict.fromkeys(each.variant.name for each in planned))
    for place, training in enumerate(planned):
        name = training.variant.name
        if name in failed:
            continue
        open_ones = [each.variant.name for each in planned[place:] if each.variant.name not in failed]
        turns = max(each.turn for each in planned) + 1
        of = f"Variant {variants.index(name) + 1} of {len(variants)}, seed {training.turn + 1} of {turns}"
        _LOG.info("%s: %s%s", of, name, time_left(open_ones, seconds, is_cached))
        try:
            trained = train(training)
        except Exception as error:  # If one variant fails, the others go on.
            yield Result(training, None, tell(error, training.config))
            failed.add(name)
        else:
            seconds[name], is_cached = trained.seconds, trained.is_cached
            yield Result(training, trained)


def left(planned: Sequence[Training], results: Sequence[Result]) -> int:
    """How many of the trainings are still to be made, without those of variants that failed."""
    done = {(each.training.variant.name, each.training.turn) for each in results}
    failed = {each.training.variant.name for each in results if not each.trained}
    return sum((each.variant.name, each.turn) not in done and each.variant.name not in failed for each in planned)


def time_left(open_ones: Sequence[str], seconds: Mapping[str, float], is_cached: bool) -> str:
    """Says how long the open trainings will take, such as `, about 12 min left`; nothing if no training has ended.

    A variant that was trained before is taken to need as long again, any other one as long as the mean of these.

    Args:
        open_ones: The names of the variants, one for each open training.
        seconds: How long the last training of each variant took.
        is_cached: Whether the last one came from the cache, so that the next ones may do so, too.
    """
    if not seconds:
        return ""
    mean = sum(seconds.values()) / len(seconds)
    return seconds_left(sum(seconds.get(name, mean) for name in open_ones), is_cached)


def seconds_left(left: float, is_cached: bool = False) -> str:
    """Says how long something will take, such as `, about 12 min left`.

    Args:
        left: The time in seconds.
        is_cached: Whether it may well be less.
    """
    minutes = round(left / 60)
    if not minutes:
        return ", less than 1 min left"
    words = f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
    return f", {'at most' if is_cached else 'about'} {words} left"


def _seeded(config: PipelineConfig, turn: int) -> PipelineConfig:
    if not turn:
        return config
    return dataclasses.replace(config, train=dataclasses.replace(config.train, seed=config.train.seed + turn))
