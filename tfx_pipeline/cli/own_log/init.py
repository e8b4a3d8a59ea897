"""Make a configuration for a log of your own: guess what its columns mean, show the guess, write the file.

The log is CSV, TSV, JSON lines or Parquet, with any column names. If names and values leave a question open, it is
asked on a terminal; without a terminal, the error names the option that decides. Another delimiter, or the log's own
words, become settings. A run may be unable to read the log's times: --convert writes a copy that it can read. No file
is replaced without --force.

    tandem init events.csv --items products.csv --output shop.yaml
    tandem init clicks.csv --column user=shopper --column label=        # there is no label
    tandem init events.txt --value label:view=0     # views are only shown, not engaged with
"""

import argparse
import dataclasses
import functools
import os
import re
import sys
import time
from collections.abc import Sequence
from typing import Any

from components.own_log.findings.log_check import LogCheck, check_log
from components.own_log.findings.log_finding import Severity
from components.own_log.guess.column_names import ITEM, LABEL, SURFACE, TIME, USER
from components.own_log.guess.conversion import Converted, convert_events
from components.own_log.guess.event_guess import Answers, EventGuess, Question
from components.own_log.guess.event_guessing import guess_events
from components.own_log.guess.place_guess import guess_place
from components.own_log.guess.sampled_columns import sample
from components.own_log.guess.table_guess import ITEMS, USERS, TableGuess, guess_table
from components.own_log.guess.weight_guess import guess_weight
from components.raw_files.refusal import DataError
from components.sources.data_config import DataConfig
from components.sources.event_time import day
from schemas.canonical_event import Surface
from tfx_pipeline.cli.own_log import reading_progress
from tfx_pipeline.cli.own_log.log_preview import preview
from tfx_pipeline.cli.own_log.log_questions import Undecided, ask
from tfx_pipeline.config import own_log_config
from tfx_pipeline.config.loading import ConfigError
from tfx_pipeline.console.exit_code import ExitCode

_COUNTED_ROWS = 1_000_000
"""The sizes in the configuration follow from this many rows, which take a minute. Fewer mislead: of a log that is
ordered by user they hold few users, to whom most items are new; of one that is ordered by time, short histories."""
_COLUMN, _VALUE = "--column ", "--value "


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.add_argument("log", nargs="?", metavar="LOG_FILE", help="the log, one event a row")
    parser.add_argument("--items", metavar="FILE", help="the table of items, with ids, titles, categories")
    parser.add_argument("--users", metavar="FILE", help="the table of users, with ids and attributes")
    parser.add_argument(
        "--output", default="my.yaml", metavar="FILE.yaml", help="the configuration to write (%(default)s)"
    )
    parser.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="FIELD=COLUMN",
        help="which column holds a field: user, time, item, query, surface, label, session of the log; items.item, "
        "items.title, items.categories and users.user of the tables; FIELD= says that there is none",
    )
    parser.add_argument(
        "--value",
        action="append",
        default=[],
        metavar="FIELD:VALUE=MEANING",
        help="what a value means: surface:home=recommendation, label:view=0, label:refund=drop",
    )
    parser.add_argument(
        "--time", default="", metavar="FORMAT", help="s, ms, us, ns, iso or a pattern as '%%d/%%m/%%Y %%H:%%M'"
    )
    parser.add_argument(
        "--convert", metavar="FOLDER", help="write a copy of a log whose times a run cannot read into this folder"
    )
    parser.add_argument("--force", action="store_true", help="replace existing files")


def run(args: argparse.Namespace) -> int:
    """Guesses, asks and writes; 0 if the configuration is written."""
    try:
        return _Initialization(args).run()
    except (DataError, OSError) as error:
        print(f"tandem: {error}", file=sys.stderr)
        return ExitCode.FAILED


class _Initialization:
    """One call of `tandem init`: its options, and what the user has answered so far."""

    def __init__(self, args: argparse.Namespace):
        self._args = args
        self._asks = sys.stdin.isatty() and sys.stdout.isatty()
        self._columns = dict(_divided("--column", each, "FIELD=COLUMN") for each in args.column)
        self._values = dict(_divided("--value", each, "FIELD:VALUE=MEANING") for each in args.value)
        self._time = args.time

    def run(self) -> int:
        args = self._args
        if os.path.exists(args.output) and not args.force:
            raise ConfigError(f"{args.output}: is there already. Name another by --output, or replace it by --force.")
        if not args.log:
            if not self._asks:
                raise ConfigError("there is no log. Give its file: tandem init LOG_FILE.")
            args.log = input("Where is the log, one event a row? ").strip()
        try:
            events = self._events()
            tables = [
                self._table(kind, path, events) for kind, path in ((ITEMS, args.items), (USERS, args.users)) if path
            ]
        except Undecided as undecided:
            print(f"tandem: {undecided}", file=sys.stderr)
            return ExitCode.WRONG_USAGE
        if not self._may_convert(events):
            return ExitCode.FAILED
        data = self._data(events, tables)
        check = check_log(data, round(time.time() * 1000), _COUNTED_ROWS, progress=reading_progress.show)
        reading_progress.clear()
        of = own_log_config.sizes(check)
        reasons = {table.kind: table.reasons for table in tables}
        # A converted log has no other columns than those of events.
        weight = None if events.obstacles else guess_weight(events)
        place = None if events.obstacles else guess_place(events)
        data_used = own_log_config.configuration(
            *(_name(args.output), data, of, events.unused, args.log, reasons), weight=weight, place=place
        )
        with open(args.output, "w", encoding="utf-8") as stream:
            stream.write(data_used)
        self._tell(check, of)
        return ExitCode.OK

    def _events(self) -> EventGuess:
        sampled = sample(_existing(self._args.log, "LOG_FILE"))
        while True:
            guess = _checked(lambda: guess_events(sampled, self._answers()))
            if not guess.questions:
                break
            self._decide(guess.questions, f"{self._args.log}: {sampled.form.told}, {len(sampled.columns)} columns")
        print(f"{self._args.log}: {sampled.form.told}. The first rows, as they are understood:\n")
        print(preview(guess))
        print()
        for field, column in guess.columns.items():
            told = f", {guess.time.told}" if field == TIME and guess.time else ""
            print(f"  {field:9}{column}{told}")
        for meanings in (guess.surfaces, guess.labels):
            if meanings:
                print("  values   " + ", ".join(f"{value} = {meaning}" for value, meaning in meanings.items()))
        for doubt in guess.doubts:
            print(f"  not sure: {doubt}")
        print()
        return guess

    def _table(self, kind: str, path: str, events: EventGuess) -> TableGuess:
        option = f"--{kind}"
        sampled = sample(_existing(path, option))
        ids = events.sampled.columns[events.columns[ITEM if kind == ITEMS else USER]].distinct
        while True:
            guess = _checked(functools.partial(guess_table, kind, sampled, ids, self._told_of(kind)))
            if not guess.questions:
                break
            self._decide(guess.questions, f"{path}: {sampled.form.told}")
        print(f"{path}: {sampled.form.told}.")
        for field, column in guess.columns.items():
            example = next(iter(sampled.columns[column].filled), "")
            print(f"  {field:11}{column}, such as {example[:60]!r}")
        if guess.attributes:
            print(f"  attributes {', '.join(guess.attributes)}")
        for field, reason in guess.reasons.items():
            print(f"  {field:11}{reason}")
        if guess.unused:
            print(f"  not read   {', '.join(guess.unused[:12])}")
        for doubt in guess.doubts:
            print(f"  not sure: {doubt}")
        print()
        return guess

    def _told_of(self, kind: str) -> dict[str, str]:
        """The columns of a table that options or answers name."""
        start = f"{kind}."
        return {name.removeprefix(start): each for name, each in self._columns.items() if name.startswith(start)}

    def _answers(self) -> Answers:
        by_field: dict[str, dict[str, str]] = {SURFACE: {}, LABEL: {}}
        for name, meaning in self._values.items():
            field, colon, value = name.partition(":")
            if not colon or field not in by_field:
                raise ConfigError(f"--value {name}={meaning}: wanted surface:VALUE=… or label:VALUE=….")
            by_field[field][value] = meaning
        of_tables = (f"{ITEMS}.", f"{USERS}.")
        own = {name: column for name, column in self._columns.items() if not name.startswith(of_tables)}
        return Answers(own, by_field[SURFACE], by_field[LABEL], self._time)

    def _decide(self, questions: Sequence[Question], what: str) -> None:
        """Asks the first question. Without a terminal, raises an error that names the options that decide."""
        if not self._asks:
            raise Undecided(what, questions)
        option, answer = questions[0].option, ask(questions[0])
        if option.startswith(_COLUMN):
            self._columns[option.removeprefix(_COLUMN).rstrip("=")] = answer
        elif option.startswith(_VALUE):
            self._values[option.removeprefix(_VALUE).rstrip("=")] = answer
        else:
            self._time = answer

    def _may_convert(self, events: EventGuess) -> bool:
        """Whether the log needs no converted copy, or one may be written."""
        if not events.obstacles or self._args.convert:
            return True
        print(f"{self._args.log} cannot be read by a run as it is:", file=sys.stderr)
        for obstacle in events.obstacles:
            print(f"  {obstacle}", file=sys.stderr)
        if self._asks:
            folder = input("Write a converted copy into which folder? [converted] ").strip() or "converted"
            self._args.convert = folder
            return True
        print(
            "tandem: add --convert FOLDER, and a copy that a run reads is written into it. Nothing is written yet.",
            file=sys.stderr,
        )
        return False

    def _data(self, events: EventGuess, tables: Sequence[TableGuess]) -> DataConfig:
        values: dict[str, Any] = {}
        if events.obstacles:
            progress = functools.partial(reading_progress.show, events.sampled.form.path)
            convert = functools.partial(convert_events, events, self._args.convert, progress)
            converted = self._convert(events.sampled.form.path, "events.tsv.gz", convert)
            values |= {"events": converted}
        else:
            values |= {"events": _pattern(self._args.log), "columns": events.event_columns}
            values["label_threshold"] = events.label_threshold
            values |= dataclasses.asdict(events.sampled.form.settings)
        for table in tables:
            values[table.kind] = _pattern(table.sampled.form.path)
            values["item_files" if table.kind == ITEMS else "user_files"] = table.sampled.form.settings
            if table.kind == ITEMS:
                values["item_columns"] = table.item_columns
            elif table.attributes or table.numbers:
                values["user_columns"] = table.user_columns
            else:
                print(f"{table.sampled.form.path}: nothing in it is of use beside the ids; it is left out.")
                del values[table.kind]
        return DataConfig(**values)

    def _convert(self, path: str, name: str, convert: Any) -> str:
        target = os.path.join(self._args.convert, name)
        if os.path.exists(target) and not self._args.force:
            raise ConfigError(
                f"{target}: is there already. Name another folder by --convert, or replace it by --force."
            )
        written: Converted = convert()
        reading_progress.clear()
        print(f"{path}: {written.rows:,} rows written to {written.path}.")
        for reason, count in written.left_out.most_common():
            row, value = written.first[reason]
            print(f"  {count:,} left out: {reason}, first {path}:{row}: {value!r}")
        if not written.rows:
            raise DataError(f"{path}: no row could be converted. Look at the reasons above.")
        return _pattern(written.path)

    def _tell(self, check: LogCheck, of: own_log_config.Sizes) -> None:
        args, tally = self._args, check.tally
        some = "" if check.whole else f" in the first {_COUNTED_ROWS:,} rows"
        surfaces = ", ".join(f"{count:,} {surface.value}" for surface, count in sorted(tally.by_surface.items()))
        print(
            f"Events{some}: {surfaces}, of {len(tally.users):,} users and {len(tally.items):,} items, "
            f"{day(tally.earliest_ms)} to {day(tally.latest_ms)}."
        )
        settled = {"few_items", *(f"no_{surface.value}" for surface in Surface)}
        if of.max_reject_share > DataConfig.max_reject_share:
            settled |= {"missing_user", "missing_item"}
        serious = [
            each
            for each in check.findings
            if (each.severity is not Severity.NOTE or each.code == "rows_left_out") and each.code not in settled
        ]
        for finding in serious[:5]:
            print(f"{finding.severity.value}: {finding}")
        quoted = f"'{args.output}'" if re.search(r"\s", args.output) else args.output
        print(f"\nWritten: {args.output}. Next:\n  tandem check {quoted}\n  tandem run --config {quoted}")


def _existing(path: str, option: str) -> str:
    if not os.path.isfile(path):
        raise ConfigError(f"{option} {path}: there is no such file in {os.getcwd()}.")
    return path


def _pattern(path: str) -> str:
    """Escapes a path, so that as a pattern it matches itself alone."""
    return re.sub(r"([*?[])", r"[\1]", path)


def _divided(option: str, text: str, wanted: str) -> tuple[str, str]:
    name, equals, value = text.rpartition("=") if option == "--value" else text.partition("=")
    if not equals or not name:
        raise ConfigError(f"{option} {text}: wanted {wanted}.")
    return name, value


def _checked(guess: Any) -> Any:
    try:
        return guess()
    except ValueError as error:
        raise ConfigError(str(error)) from None


def _name(output: str) -> str:
    """The pipeline's name: the file's, without the characters that a model server refuses."""
    return re.sub(r"\W+", "_", os.path.splitext(os.path.basename(output))[0]).strip("_") or "tandem"
