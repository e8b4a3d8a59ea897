"""Writes the card of a run's models: one Markdown file for those who decide whether to use them.

The headings are those of Mitchell et al., "Model Cards for Model Reporting" (arXiv 1810.03993).
"""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from schemas import features
from schemas.canonical_event import Surface
from schemas.rank_metrics import metric_named
from tfx_pipeline.config.loading import as_dict, by_path
from tfx_pipeline.config.pipeline_config import PipelineConfig
from tfx_pipeline.past_runs.finished_run import FinishedRun
from tfx_pipeline.report_page.data_part import example_counts
from tfx_pipeline.report_page.quality_part import figure, surfaces_of
from tfx_pipeline.result_texts.evaluation_text import interval_of, slice_lines, what_decides

_PAPERS: Final = {"unisar": "UniSAR (arXiv 2404.09520)", "unifiedssr": "UnifiedSSR (arXiv 2310.13921)"}
_ANSWERS: Final = {
    Surface.RECOMMENDATION.value: "items for a user's feed",
    Surface.SEARCH.value: "items for a query that a user typed",
}
_SPLITS: Final = (features.PRETRAIN_SPLIT, features.TRAIN_SPLIT, features.VALIDATION_SPLIT, features.TEST_SPLIT)
_LEAVE_ONE_OUT: Final = "leave_one_out"
_ITEM_COLUMNS: Final = ("title", "categories", "attributes", "numbers", "vectors")
_USER_COLUMNS: Final = ("data.user_columns.attributes", "data.user_columns.numbers")


def model_card(run: FinishedRun) -> str:
    """The card of the models of a run, as Markdown with a front matter of YAML. It names no user."""
    settings = by_path(run.configuration)
    parts = {
        "Model details": _details(run, settings),
        "Intended use": _use(run),
        "Training data": _data(run, settings),
        "Evaluation": _evaluation(run, settings),
        "What it knows of people": _people(settings),
        "Caveats": _caveats(run, settings),
        "Settings that differ from the defaults": _settings(settings),
    }
    head = ["---", "library_name: tandem", "tags: [recommendation, search]", "---", "", f"# Model card: {_title(run)}"]
    body = [line for title, lines in parts.items() for line in ("", f"## {title}", "", *lines)]
    return "\n".join([*head, *body, ""])


def _title(run: FinishedRun) -> str:
    return f"{_plain(run.name)}, run {run.number}"


def _details(run: FinishedRun, settings: Mapping[str, Any]) -> Iterator[str]:
    began = datetime.datetime.fromtimestamp(run.summary.run.began_ms / 1000, datetime.timezone.utc)
    finder = settings.get("retriever.model")
    ranker = _PAPERS.get(settings.get("model", ""), "")
    if ranker and finder:
        found = _PAPERS.get(finder, finder)
        yield f"* {ranker} orders what {found} and the sources of `retriever.sources` find."
    elif ranker:
        yield f"* {ranker}."
    yield f"* Trained on {began:%Y-%m-%d}."
    yield from (f"* {_plain(name)}: {_outcome(model)}." for name, model in run.report["models"].items())
    if run.versions:
        yield f"* Made by {', '.join(run.versions.splitlines())}."
    yield from (f"* {_plain(each)}" for each in run.report.get("trainings", ()))


def _outcome(model: Mapping[str, Any]) -> str:
    if model["outcome"] == "not_pushed":
        return "not pushed, so that nothing serves it"
    return f"pushed as version {model['version']}"


def _use(run: FinishedRun) -> Iterator[str]:
    measured = {each.value for name in run.report["models"] for each in run.surfaces(name)}
    yield "It orders the items of the catalogue that it was trained on:"
    yield ""
    yield from (f"* {what}." for surface, what in _ANSWERS.items() if surface in measured)
    yield ""
    yield (
        "It was trained on the log of one platform and says nothing of another. It is made to order items. It is not "
        "made to decide anything about a person."
    )


def _data(run: FinishedRun, settings: Mapping[str, Any]) -> Iterator[str]:
    counts = example_counts(run)
    if told := [f"{counts[split]:,} of the split {split}" for split in _SPLITS if counts.get(split)]:
        yield f"* Examples: {', '.join(told)}."
    columns = [name for name in _ITEM_COLUMNS if settings.get(f"data.item_columns.{name}")]
    if settings.get("data.items") or settings.get("data.item_sources"):
        yield f"* Known of items, beside their ids: {', '.join(columns)}."
    else:
        yield "* Nothing is known of items but their ids."
    yield f"* The split is `{settings.get('data.split')}`: {_split(settings)}"
    yield from (f"* Found in the data: {_plain(each)}" for each in run.report.get("data_findings", ()))
    yield from (f"* Left out: {_plain(each)}" for each in run.report.get("left_out", ()))


def _split(settings: Mapping[str, Any]) -> str:
    if settings.get("data.split") == _LEAVE_ONE_OUT:
        return "each user's last event of a surface is held out to measure, the one before to choose the epoch."
    return "events are held out to measure by when they happened."


def _evaluation(run: FinishedRun, settings: Mapping[str, Any]) -> Iterator[str]:
    for name, model in run.report["models"].items():
        if len(run.report["models"]) > 1:
            yield f"### {_plain(name)}"
            yield ""
        yield from _metrics(model, settings.get("evaluation.metric", ""))
        yield ""
        told = [f"The baseline is {model['baseline']}.", model.get("among_which", ""), what_decides(model)]
        yield " ".join(_plain(each) for each in told if each)
        rules = model.get("rules") or {"candidates": {}}
        decisive = rules[rules.get("decides_among", "candidates")]
        verdicts = [str(each["verdict"]) for _, each in sorted(decisive.items(), reverse=True)]
        yield from (f"\n{_plain(each[:1].upper() + each[1:])}." for each in verdicts)
        yield from (f"\n{_plain(each)}" for each in slice_lines(rules))
        yield from (f"\nNot good enough: {_plain(each)}" for each in model.get("servability_reasons", ()))


def _metrics(model: Mapping[str, Any], deciding: str) -> Iterator[str]:
    metrics = model["metrics"]
    columns = {"baseline": metrics["baseline"]}
    if metrics.get("popularity", metrics["baseline"]) != metrics["baseline"]:
        columns["popularity"] = metrics["popularity"]
    if model.get("whole_catalogue"):
        columns["model, among all items"] = model["whole_catalogue"]
    rows = []
    for surface in surfaces_of(metrics["model"]):
        for name in metrics["model"][surface]:
            label = metric_named(name).label + (", which decides" if name == deciding else "")
            own = [figure(metrics["model"][surface][name]), interval_of(model, surface, name)]
            others = (figure(found.get(surface, {}).get(name)) for found in columns.values())
            rows.append([surface, label, *own, *others])
    yield from _table(["surface", "metric", "model", "95 % interval", *columns], rows)


def _people(settings: Mapping[str, Any]) -> Iterator[str]:
    models = {settings.get("model"), settings.get("retriever.model")}
    if "unisar" in models or ("unifiedssr" in models and settings.get("unifiedssr.user_embedding")):
        yield "* It has a vector for each user of its training, and one for all others."
    else:
        yield "* It has no vectors of users: it knows a user by the history that a request brings."
    tables = [settings, *(by_path(each, "data.") for each in settings.get("data.user_sources") or ())]
    known = dict.fromkeys(str(each) for table in tables for name in _USER_COLUMNS for each in table.get(name) or ())
    if known:
        yield f"* Of users it learned from {', '.join(map(_plain, known))}."
    yield "* The exported model holds ids of users and items and words of queries that training met, in plain text."
    yield "* It keeps nothing of the requests that it answers."


def _caveats(run: FinishedRun, settings: Mapping[str, Any]) -> Iterator[str]:
    yield (
        "* The log holds what an earlier system showed. What was never shown could not be clicked, so the figures "
        "favour what resembles that system. Only a test with users tells whether they are served better."
    )
    if settings.get("data.split") == _LEAVE_ONE_OUT:
        yield (
            "* Users end at different times. So training has seen events of some users that are later than what is "
            "measured of others, and figures are higher than they would be on the days to come."
        )
    negatives = settings.get("data.evaluation_negatives")
    if negatives:
        drawn = settings.get("data.negatives")
        yield (
            f"* Where it does not say among all items, one item is ranked among {negatives} others, drawn by {drawn}. "
            "Such figures are higher than those among all items, and may order models otherwise."
        )
    small = [model for model in run.report["models"].values() if (model.get("rules") or {}).get("sample")]
    yield from (f"* {_plain(model['rules']['sample'])}" for model in small)


def _settings(settings: Mapping[str, Any]) -> Iterator[str]:
    defaults = by_path(as_dict(PipelineConfig()))
    changed = [[f"`{name}`", _plain(value)] for name, value in settings.items() if value != defaults.get(name)]
    yield from _table(["setting", "value"], changed)


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    for cells in (header, ["---"] * len(header), *rows):
        yield f"| {' | '.join(cells)} |"


def _plain(value: Any) -> str:
    """A text that Markdown shows as it is, in one line: it ends no cell and starts no tag, link or code."""
    text = " ".join(str(value).split())
    return "".join(f"\\{letter}" if letter in "\\`*_[]<>|#" else letter for letter in text)
