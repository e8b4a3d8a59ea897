"""The data sets of `python -m benchmarks.quality`: what each is, whether it is there, and its files."""

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.data_sets import converted_logs
from components.synthetic_log.generated_set import generate
from components.synthetic_log.generator_config import GeneratorConfig
from components.synthetic_log.worlds import WORLDS

_REPOSITORY: Final = Path(__file__).resolve().parents[2]
_NEGATIVES: Final = 99
_WORLDS_TOLD: Final[Mapping[str, str]] = {
    "cold": "new items every day",
    "travel": "each user one place, half of the clicks after its typed name",
    "news": "items live a day",
    "groceries": "seven in ten are repeats",
    "long_tail": "most clicked items have one or two clicks",
    "tiny": "300 events",
    "languages": "nine languages",
}


@dataclass(frozen=True)
class Places:
    """Where data sets are that do not come along.

    Attributes:
        shared: The folder of shared data (`--shared`), if there is one.
        recbole: The folder of the package recbole (`--recbole`), if there is one.
    """

    shared: Path | None = None
    recbole: Path | None = None


@dataclass(frozen=True)
class DataSet:
    """A data set.

    Attributes:
        name: Its name, of letters, digits and underscores.
        told: What it is, in a few words.
        init: Writes what has to be written into a folder, and returns the arguments of `tandem init`. Paths of the
            folder's own files are relative to it. Takes the folder and the files that it comes from.
        files: What it comes from, if that is not made.
        world: The generator's world, if it is one.
    """

    name: str
    told: str
    init: Callable[[Path, Sequence[Path]], list[str]]
    files: Callable[[Places], list[Path]] = lambda places: []
    world: str = ""

    def missing(self, places: Places) -> str:
        """Why it cannot be run here; empty if it can."""
        try:
            paths = self.files(places)
        except LookupError as error:
            return str(error.args[0])
        absent = [path for path in paths if not path.exists()]
        return f"the folder of shared data has no {absent[0].name}" if absent else ""


def _world(world: str) -> DataSet:
    def init(folder: Path, _: Sequence[Path]) -> list[str]:
        generate(GeneratorConfig.of_world(world), "events", str(folder / "log"), _NEGATIVES)
        return ["log/events.tsv", "--items", "log/items.tsv"]

    return DataSet(world, f"made up: {_WORLDS_TOLD[world]}", init, world=world)


def _given(_: Path, files: Sequence[Path]) -> list[str]:
    events, *items = map(str, files)
    return [events, *(["--items", *items] if items else [])]


def _converted(
    write: Callable[[Path, Path], None], folder: Path, files: Sequence[Path], further: Sequence[str] = ()
) -> list[str]:
    log = folder / "log"
    log.mkdir(exist_ok=True)
    if not (log / converted_logs.ITEMS).exists():  # It is written last.
        write(files[0], log)
    return [f"log/{converted_logs.EVENTS}", "--items", f"log/{converted_logs.ITEMS}", *further]


def _shared(*names: str) -> Callable[[Places], list[Path]]:
    def files(places: Places) -> list[Path]:
        if places.shared is None:
            raise LookupError("it needs --shared DIR")
        return [places.shared / name for name in names]

    return files


def _of_recbole(places: Places) -> list[Path]:
    if places.recbole is None:
        raise LookupError("it comes with the package recbole and needs --recbole PYTHON")
    return [places.recbole / "dataset_example" / "ml-100k"]


def _bundled(_: Places) -> list[Path]:
    return [_REPOSITORY / "data" / "online_retail" / name for name in ("events.tsv.gz", "items.tsv.gz")]


_BEAUTY: Final = ("benchmarks/beauty/events.tsv.gz", "benchmarks/beauty/items.tsv.gz")
_FIVE_CORE: Final = ("data/amazon-beauty-5core/interactions.tsv.gz", "data/amazon-beauty-5core/items.tsv.gz")

DATA_SETS: Final[Mapping[str, DataSet]] = {
    each.name: each
    for each in (
        *map(_world, sorted(WORLDS, key=lambda world: WORLDS[world]["events"])),
        DataSet("online_retail", "the bundled gift shop, half of the purchases as searches", _given, _bundled),
        DataSet(
            "jdsearch_sample",
            "real queries of 3 users of JD.com",
            # Its words are numbers, which nobody takes for queries.
            functools.partial(
                _converted,
                converted_logs.write_jdsearch,
                further=["--column", "query=query", "--column", "session=session_id"],
            ),
            _shared("data/jdsearch-sample"),
        ),
        DataSet(
            "movielens_100k",
            "100,000 ratings of films, feed only",
            functools.partial(_converted, converted_logs.write_movielens),
            _of_recbole,
        ),
        DataSet("beauty_feed", "Amazon Beauty 5-core, feed only, days as times", _given, _shared(*_FIVE_CORE)),
        DataSet("beauty", "Amazon Beauty, half of the purchases as searches", _given, _shared(*_BEAUTY)),
        DataSet("beauty_ids", "the same without a table of items", _given, _shared(_BEAUTY[0])),
        DataSet(
            "online_retail_complete",
            "all purchases of the gift shop, feed only",
            functools.partial(_converted, converted_logs.write_online_retail),
            _shared("data/online-retail/online_retail.tsv.gz"),
        ),
    )
}
"""By name, the small ones first."""
