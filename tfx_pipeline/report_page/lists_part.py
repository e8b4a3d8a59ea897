"""What a model answers: ranked lists with history and truth, neighbours of items, sessions of histories."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from schemas.canonical_event import Surface, Token
from tfx_pipeline.config.loading import by_path
from tfx_pipeline.past_runs.finished_run import FinishedRun
from tfx_pipeline.report_page.html_parts import Html, element, folded, joined, of_log, paragraphs, part, table

if TYPE_CHECKING:
    from serving.client.answers import Session
    from tfx_pipeline.past_runs.ranked_examples import AskedModel, RankedExample

_EXAMPLES: Final = 1_000
"""So many are ranked, and the lists are chosen from them."""
_FIRST: Final = 5
_EVENTS: Final = 10
_POPULAR: Final = 5
_NEIGHBOURS: Final = 5
_QUERIES: Final = 500
_LEAST_NORM: Final = 1e-12
"""A query without a known word may have no direction."""
_SESSION_EVENTS: Final = (4, 30)
_LEAST_SHARE: Final = 0.005
_SURFACES: Final = (Surface.SEARCH, Surface.RECOMMENDATION)


def lists_part(run: FinishedRun, many: int) -> Html:
    """Loads each judged model of a run and shows what it answers; takes TensorFlow and many seconds.

    Args:
        run: The run.
        many: How many ranked lists to show of each model.
    """
    values, models = by_path(run.configuration), run.models()
    files = run.example_files(values["evaluation.split"])
    if not models or not files:
        return paragraphs(["The model or its examples are gone, so there are no ranked lists."])
    parts = []
    for name, folder in models.items():
        parts.append(element("h2", name) if len(models) > 1 else Html())
        parts.append(_answers(run, name, str(folder), files, many))
    return joined(parts)


def _answers(run: FinishedRun, name: str, model: str, files: Sequence[str], many: int) -> Html:
    from components.item_catalog.table import read_table  # Imports Beam.
    from tfx_pipeline.past_runs.ranked_examples import AskedModel, chosen_records, read_example  # Imports TensorFlow.

    catalogue = run.folder("ItemCatalog", "catalog")
    rows = list(read_table(str(catalogue))) if catalogue else []
    titles = {row.item.item_id: row.item.title for row in rows}
    engagements = {row.item.item_id: row.engagements for row in rows}
    asked = AskedModel(model)
    served = run.surfaces(name)
    records = [each for each in chosen_records(files, _EXAMPLES) if read_example(each).surface in served]
    ranked = asked.ranked(records)
    return joined(
        [
            part("Ranked lists", *_lists(ranked, many, titles)),
            part("Neighbours of items", _neighbours(asked, engagements, titles)),
            part("Neighbours of queries", _query_neighbours(asked, [each.query for each in ranked])),
            part("Sessions of histories", *_sessions(asked, ranked, titles)),
        ]
    )


def chosen(ranked: Sequence["RankedExample"], many: int) -> list[tuple[str, "RankedExample"]]:
    """Examples to look at, with why: hits, misses, and odd ones, of each surface in turn.

    Hits have the wanted item at the first place, misses have it beyond the tenth. Both are taken in the order given.
    Odd ones are the misses whose first item is the farthest ahead of the wanted one: the model was the surest there.

    Args:
        ranked: Ranked examples.
        many: How many to choose; fewer if there are no more of these kinds.
    """
    kinds: dict[tuple[str, Surface], Iterator[RankedExample]] = {}
    for kind in ("hit", "miss", "odd"):
        for surface in (Surface.SEARCH, Surface.RECOMMENDATION):
            of_surface = [each for each in ranked if each.surface is surface]
            missed = [each for each in of_surface if each.rank > 10]
            found = {
                "hit": [each for each in of_surface if each.rank == 1],
                "miss": missed,
                "odd": sorted(missed, key=lambda each: -each.lead),
            }
            kinds[kind, surface] = iter(found[kind])
    taken: list[tuple[str, RankedExample]] = []
    seen: set[bytes] = set()
    while kinds and len(taken) < many:
        for (kind, surface), left in list(kinds.items()):
            example = next((each for each in left if each.record not in seen), None)
            if example is None:
                del kinds[kind, surface]
            elif len(taken) < many:
                seen.add(example.record)
                taken.append((kind, example))
    order = ("hit", "miss", "odd")
    return sorted(taken, key=lambda each: (each[1].surface is not Surface.SEARCH, order.index(each[0])))


def _lists(ranked: Sequence["RankedExample"], many: int, titles: Mapping[str, str]) -> list[Html]:
    shown = [_list(kind, each, titles) for kind, each in chosen(ranked, many)]
    if not shown:
        return []
    told = (
        "Hits have the wanted item at the first place, misses beyond the tenth; both are chosen by a digest alone. "
        "Odd ones are the misses in which the first item's score is the farthest above that of the wanted one."
    )
    return [paragraphs([told]), element("div", *shown, class_="lists")]


def _list(kind: str, example: "RankedExample", titles: Mapping[str, str]) -> Html:
    asked = [example.surface.value, *([" for ", of_log(example.query)] if example.query else [])]
    heading = element("h4", f"{kind}: ", *asked, ", user ", of_log(example.user))
    rows = [[f"{place}", *_item(item, titles)] for place, item in enumerate(example.items[:_FIRST], start=1)]
    marked = [place for place, item in enumerate(example.items[:_FIRST]) if item == example.wanted]
    if not marked:
        rows.append([f"{example.rank}", *_item(example.wanted, titles)])
        marked = [len(rows) - 1]
    told = f"The wanted item, marked, is at place {example.rank} of {len(example.items)}."
    past = [element("li", _token(each, titles)) for each in example.history[-_EVENTS:][::-1]]
    history = folded(
        f"History: {len(example.history)} events, newest first",
        element("ol", *past),
    )
    name = f"{kind}, user {example.user}"
    return element(
        "article", heading, table(["place", "item", "title"], rows, name, marked), paragraphs([told]), history
    )


def _item(item: str, titles: Mapping[str, str]) -> list[Html]:
    return [of_log(item), of_log(titles.get(item, ""))]


def _token(token: Token, titles: Mapping[str, str]) -> Html:
    clicked = [of_log(titles.get(item) or item) for item in token.items]
    told = joined([one for each in clicked for one in (each, ", ")][:-1]) if clicked else Html("nothing clicked")
    if token.surface is Surface.SEARCH:
        return joined(["search for ", of_log(token.query), ": ", told])
    return joined([f"{token.surface.value}: ", told])


def _neighbours(asked: "AskedModel", engagements: Mapping[str, int], titles: Mapping[str, str]) -> Html:
    popular = sorted(engagements, key=lambda item: (-engagements[item], item))[:_POPULAR]
    found = asked.neighbours(popular, _NEIGHBOURS)
    rows = [
        [of_log(titles.get(item) or item), of_log(titles.get(other) or other), f"{by:.3f}"]
        for item, others in found.items()
        for other, by in others
    ]
    return table(["of the most popular", "is most like", "similarity"], rows, "Neighbours of items")


def _query_neighbours(asked: "AskedModel", queries: Sequence[str]) -> Html:
    """The queries most like the most frequent ones, by the cosines of their vectors."""
    known = [query for query, _ in Counter(filter(None, queries)).most_common(_QUERIES)]
    vectors = asked.query_vectors(known) if len(known) > 1 else None
    if vectors is None:
        return Html()
    units = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), _LEAST_NORM)
    rows = []
    for place, query in enumerate(known[:_POPULAR]):
        cosines = units @ units[place]
        nearest = [other for other in np.argsort(-cosines, kind="stable") if other != place][:_NEIGHBOURS]
        rows += [[of_log(query), of_log(known[other]), f"{cosines[other]:.3f}"] for other in nearest]
    return table(["of the most frequent", "is most like", "similarity"], rows, "Neighbours of queries")


def _sessions(asked: "AskedModel", ranked: Sequence["RankedExample"], titles: Mapping[str, str]) -> Iterator[Html]:
    """For each surface the history of the first example that is neither short nor long."""
    least, most = _SESSION_EVENTS
    for surface in _SURFACES:
        fitting = (each for each in ranked if each.surface is surface and least <= _events_of(each) <= most)
        example = next(fitting, None)
        divided = asked.sessions(example) if example else None
        if example and divided:
            events = [example.history[place] for place in divided.tokens]
            ways = {"what was clicked": divided.by_clicks, "what was searched for": divided.by_queries}
            for made_by, of in ways.items():
                if of:
                    title = f"{surface.value}, user {example.user}, by {made_by}"
                    yield element("h4", title)
                    yield _session_table(title, events, of, titles)


def _events_of(example: "RankedExample") -> int:
    return sum(token.surface is example.surface for token in example.history)


def _session_table(title: str, events: Sequence[Token], found: Sequence["Session"], titles: Mapping[str, str]) -> Html:
    """A row for each event, oldest first; for each session how much of the event belongs to it."""
    rows = [
        [_token(event, titles), *(_share(session.shares[place]) for session in found)]
        for place, event in enumerate(events)
    ]
    header = ["event", *(f"session {number}" for number in range(1, len(found) + 1))]
    return table(header, rows, title)


def _share(share: float) -> str:
    return f"{share:.0%}" if share >= _LEAST_SHARE else ""
