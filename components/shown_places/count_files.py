"""Writes and reads what a log tells of its places, in a folder beside the splits of the examples.

All that is told of examination are showings of things that stood at several places and were engaged with. Things that
were shown equally often at the same places tell as much together as each by itself, so these are added up: of a large
log, in which most things are shown twice or thrice, little is left.
"""

import json
import math
import os
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

import apache_beam as beam
from apache_beam.io.filesystems import FileSystems

from components.shown_places.showings import BEYOND, ByPlace, Shown, Times, added

FOLDER: Final = "shown_places"
_PREFIX, _SUFFIX = "counts", ".jsonl.gz"
_TOTALS: Final = "totals"


class Pattern(NamedTuple):
    """Things that were shown equally often at the same places.

    Attributes:
        places: These places.
        shown: How often a thing was shown at each, divided by what all have in common.
        engaged: How often all of them together were engaged with at each.
    """

    places: tuple[int, ...]
    shown: tuple[int, ...]
    engaged: tuple[int, ...]


class SurfaceCounts(NamedTuple):
    """What a log tells of the places of a surface.

    Attributes:
        totals: How often anything was shown and engaged with at each place.
        patterns: What was shown at several places and engaged with.
    """

    totals: dict[int, Times]
    patterns: list[Pattern]


class WriteCounts(beam.PTransform):
    """Writes a collection of (`Shown`, its times by place), each thing as often as needed.

    Args:
        folder: Where the folder of the files is made, such as that of the examples.
    """

    def __init__(self, folder: str):
        super().__init__()
        self._prefix = os.path.join(folder, FOLDER, _PREFIX)

    def expand(self, pcoll: beam.PCollection) -> Any:
        """Adds the counting and writing to the pipeline."""
        of_things = pcoll | "OfThings" >> beam.CombinePerKey(added)  # type: ignore[arg-type]
        told = of_things | "Told" >> beam.ParDo(_Told()).with_outputs(_TOTALS, main="patterns")
        totals = told[_TOTALS] | "OfPlaces" >> beam.CombinePerKey(added)  # type: ignore[arg-type]
        patterns = told.patterns | "OfPatterns" >> beam.CombinePerKey(_summed)  # type: ignore[arg-type]
        lines = (totals | beam.MapTuple(_totals_line), patterns | beam.MapTuple(_pattern_line)) | beam.Flatten()
        return lines | "Write" >> beam.io.WriteToText(self._prefix, file_name_suffix=_SUFFIX)


class _Told(beam.DoFn):
    """Yields the pattern of a thing, if it tells of examination, and with the tag `_TOTALS` its times by place."""

    def process(self, element: tuple[Shown, ByPlace]) -> Iterator[Any]:
        (surface, _, _), by_place = element
        yield beam.pvalue.TaggedOutput(_TOTALS, (surface, by_place))
        places = tuple(sorted(place for place in by_place if place != BEYOND))
        shown, engaged = zip(*(by_place[place] for place in places), strict=True) if places else ((), ())
        if len(places) > 1 and any(engaged):
            in_common = math.gcd(*shown)
            yield (surface, places, tuple(times // in_common for times in shown)), engaged


def _summed(engaged: Iterable[Sequence[int]]) -> tuple[int, ...]:
    return tuple(map(sum, zip(*engaged, strict=True)))


def _totals_line(surface: str, totals: ByPlace) -> str:
    return json.dumps({"surface": surface, _TOTALS: sorted((place, *times) for place, times in totals.items())})


def _pattern_line(key: tuple[str, Sequence[int], Sequence[int]], engaged: Sequence[int]) -> str:
    surface, places, shown = key
    return json.dumps({"surface": surface, "places": places, "shown": shown, "engaged": engaged})


def count_files(folder: str) -> list[str]:
    """The files that `WriteCounts` wrote into a folder; none if its log does not tell places."""
    (found,) = FileSystems.match([os.path.join(folder, FOLDER, f"{_PREFIX}*{_SUFFIX}")])
    return sorted(each.path for each in found.metadata_list)


def read_counts(files: Iterable[str]) -> dict[str, SurfaceCounts]:
    """Reads files by surface. The order of what is returned does not depend on how the files were written."""
    totals: dict[str, list[ByPlace]] = {}
    patterns: dict[str, list[Pattern]] = {}
    for path in files:
        with FileSystems.open(path) as stream:
            for line in iter(stream.readline, b""):
                told = json.loads(line)
                if _TOTALS in told:
                    by_place = {place: Times(*times) for place, *times in told[_TOTALS]}
                    totals.setdefault(told["surface"], []).append(by_place)
                else:
                    columns = (tuple(told[name]) for name in ("places", "shown", "engaged"))
                    patterns.setdefault(told["surface"], []).append(Pattern(*columns))
    return {
        surface: SurfaceCounts(dict(sorted(added(totals[surface]).items())), sorted(patterns.get(surface, [])))
        for surface in sorted(totals)
    }
