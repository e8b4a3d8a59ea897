"""Formats what a run found by place: the metric that decides if users saw all places alike, and how much they see."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from components.baselines import comparison_keys as keys
from schemas.rank_metrics import metric_named
from tfx_pipeline.result_texts.tables import table

PLACES_TOLD: Final = (
    "Seen alike: each held-out engagement counts 1 / examination of the place at which its item was shown "
    "(self-normalized inverse propensity), so as if users saw all places alike. They decide nothing."
)
_FIRST_PLACES: Final = 10
"""So many places are told at the end of a run; the page has all."""


def place_lines(compared: Mapping[str, Any]) -> list[str]:
    """A table of the estimates among the candidates, and a sentence on each surface; nothing without places.

    Args:
        compared: The comparison with simple rules, as a run's report has it.
    """
    tables = compared.get(keys.BY_PLACE)
    if not tables:
        return []
    surfaces = sorted(tables, reverse=True)
    metric = compared["metric"]
    found = {surface: estimates_of(compared, "candidates", surface) for surface in surfaces}
    rows = [[surface, *_estimate(of, metric)] for surface, of in found.items() if of]
    header = [f"by place, {metric_named(metric).label}", "plain", "seen alike", "95 % interval", "best rule"]
    header += ["its own", "difference", "95 % interval"]
    told = [table(header, rows), PLACES_TOLD] if rows else []
    return [*told, *(line for surface in surfaces for line in place_sentences(compared, surface))]


def estimates_of(compared: Mapping[str, Any], scope: str, surface: str) -> Mapping[str, Any]:
    """What was estimated on a surface; empty if nothing was.

    Args:
        compared: The comparison with simple rules.
        scope: `candidates` or `catalogue`.
        surface: The surface.
    """
    found: Mapping[str, Any] = compared.get(scope, {}).get(surface, {}).get(keys.BY_PLACE, {})
    return found if found.get(keys.RANKERS) else {}


def place_sentences(compared: Mapping[str, Any], surface: str) -> Iterator[str]:
    """How much is seen of the places of a surface, and how much the estimates there may be trusted."""
    of = compared[keys.BY_PLACE][surface]
    if of[keys.WHY_NOT]:
        yield f"{surface}: nothing is estimated by place: {of[keys.WHY_NOT]}."
        return
    seen = [(place, chance, error) for place, _, _, chance, error in of[keys.PLACES] if chance is not None]
    first = ", ".join(
        f"{place}: {chance:.2f}{f' ± {error:.2f}' if error else ''}" for place, chance, error in seen[:_FIRST_PLACES]
    )
    more = f", and {len(seen) - _FIRST_PLACES} more" if len(seen) > _FIRST_PLACES else ""
    compared_with = f", that of place {of[keys.REFERENCE]} being 1, ± a standard error"
    origin = " (evaluation.examination)" if of[keys.GIVEN] else compared_with
    yield f"{surface}, examination by place{origin}: {first}{more}."
    estimates = compared["candidates"].get(surface, {}).get(keys.BY_PLACE, {})
    if not estimates:
        return
    left_out = f"; {estimates[keys.LEFT_OUT]:,} have no place whose examination is known" * bool(
        estimates[keys.LEFT_OUT]
    )
    if not estimates.get(keys.RANKERS):
        yield f"{surface}: no held-out engagement can be weighed by place{left_out}."
        return
    yield (
        f"{surface}: {estimates[keys.EXAMPLES]:,} examples of {estimates[keys.USERS]:,} users are weighed by place, by "
        f"{estimates[keys.MEAN_WEIGHT]:.2f} on average, and say as much as {estimates[keys.EFFECTIVE]:,.0f} equally "
        f"weighed ones; {estimates[keys.CLIPPED]:.1%} have the largest weight (evaluation.place_weight_cap){left_out}."
    )


def _estimate(of: Mapping[str, Any], metric: str) -> list[str]:
    plain, value, low, high = of[keys.RANKERS][keys.MODEL][metric]
    rule = of[keys.BEST_RULE]
    ahead, least, most = of[keys.DIFFERENCE]
    return [
        f"{plain:.4f}",
        f"{value:.4f}",
        f"{low:.3f} to {high:.3f}",
        rule,
        f"{of[keys.RANKERS][rule][metric][1]:.4f}",
        f"{ahead:+.4f}",
        f"{least:+.3f} to {most:+.3f}",
    ]
