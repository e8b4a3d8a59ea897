"""What the commands that ask a model server share: options, the user's history, the call and the printed answer."""

import argparse
import contextlib
import json
import sys
from collections.abc import Mapping, Sequence

from components.raw_files.refusal import DataError
from schemas import retrieval_sources
from schemas.canonical_event import Surface, Token
from schemas.context_values import request_inputs
from serving.client.answers import RankedItem
from serving.client.call import NOT_FOUND, OTHER_PROGRAM, UNAVAILABLE, CallError
from serving.client.ranking_client import RankingClient, WireProtocol
from serving.client.requests import RetrievalRequest, of_this_moment
from serving.local_server.models.version_folders import version_folders
from serving.shop_log.best_items import BestItems, Candidates, best_items, ranked_candidates
from serving.shop_log.event_log import EventLog, HistoryLimits
from tfx_pipeline.cli.asking.source_log import read_source_log
from tfx_pipeline.cli.parsing import config_arguments, option_values
from tfx_pipeline.config.loading import ConfigError
from tfx_pipeline.config.pipeline_config import PipelineConfig, ServedModel
from tfx_pipeline.result_texts.tables import table

_DEFAULT_ADDRESS = {WireProtocol.REST: "127.0.0.1:8501", WireProtocol.GRPC: "127.0.0.1:8500"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options of `tandem query` and `tandem recommend`."""
    add_user_arguments(parser)
    add_k(parser)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--candidates", default="", metavar="FILE", help="rank only these item ids, one per line")
    which.add_argument(
        "--category",
        nargs="+",
        default=(),
        metavar="NAME",
        help="only items of this category; broad to narrow",
    )
    parser.add_argument(
        "--context",
        action="append",
        default=[],
        type=option_values.named_value,
        metavar="NAME=VALUE",
        help="a value of the moment that the model knows (transform.context), such as device=phone; may be repeated",
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def add_k(parser: argparse.ArgumentParser) -> None:
    """Declares how many items a command prints."""
    parser.add_argument(
        "--k", type=option_values.whole_number(1), default=10, help="how many items to print (%(default)s)"
    )


def add_user_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options of every command that asks a model server for a user."""
    add_server_arguments(parser)
    parser.add_argument("--user", required=True, help="user id; unknown users get an answer, too")


def add_server_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options of every command that asks a model server."""
    config_arguments.add(parser)
    parser.add_argument("--protocol", choices=[each.value for each in WireProtocol], default=WireProtocol.REST.value)
    parser.add_argument(
        "--address",
        default="",
        metavar="HOST:PORT",
        help="address of the server (127.0.0.1:8501 for REST, 127.0.0.1:8500 for gRPC)",
    )
    # The first call after a server has started prepares the graph, which takes seconds.
    parser.add_argument(
        "--timeout",
        type=option_values.positive_seconds,
        default=30.0,
        metavar="SECONDS",
        help="how long a call may take (%(default)s)",
    )


def ask(args: argparse.Namespace, query: str, command: str) -> int:
    """Asks the server and prints what it answers.

    Args:
        args: The options that `add_arguments` declares.
        query: What the user types; empty for recommendation.
        command: The command's name, for messages.

    Returns:
        0 when the server answered, 1 when not, 2 when there is nothing to rank, or when the log lacks the surface.
    """
    config = config_arguments.load(args)
    served = served_model(config, Surface.SEARCH if query else Surface.RECOMMENDATION)
    try:
        log = read_source_log(config.data, [args.user])
        own_candidates = _candidates_of(args.candidates) if args.candidates else None
    except (DataError, OSError) as error:
        return fail(command, str(error), code=1)
    surface = Surface.SEARCH if query else Surface.RECOMMENDATION
    if log.lacks(surface):
        return fail(command, lacking(surface), code=2)
    history = log.history_of(args.user, limits(config))
    say_who_asks(args.user, log, history)
    try:
        moment = of_this_moment(request_inputs(config.transform.context), dict(args.context))
        request = RetrievalRequest(args.user, args.k, query, history, category=tuple(args.category), **moment)
        with connected(args, served) as client:
            if own_candidates is None:
                best = best_items(client, log, request)
            else:
                best = ranked_candidates(client, request, own_candidates)
    except CallError as error:
        return fail(command, explain(error, served), code=1)
    except ValueError as error:
        return fail(command, str(error), code=2)
    if best.candidates and best.candidates.is_cut:
        ranked, catalogue = len(best.candidates.item_ids), best.candidates.catalogue
        print(f"Ranked: the {ranked:,} most popular of {catalogue:,} items.", file=sys.stderr)
    if not history and is_fallback(best.items):
        what = "this query" if query else "this user"
        print(f"The model knows nothing of {what}: the most popular items.", file=sys.stderr)
    print(_as_json(request, best, log) if args.json else ranked_table(best.items, log))
    return 0


def served_model(config: PipelineConfig, surface: Surface) -> ServedModel:
    """Returns the model that serves a surface.

    Raises:
        ConfigError: No model of this configuration serves it.
    """
    for served in config.served_models:
        if surface.value in served.surfaces:
            return served
    names = ", ".join(served.name for served in config.served_models)
    raise ConfigError(f"no model of this configuration serves {surface.value}; there is {names}")


def served_models(config: PipelineConfig) -> dict[Surface, ServedModel]:
    """Returns the model of each surface that one serves."""
    models = {}
    for surface in Surface:
        with contextlib.suppress(ConfigError):
            models[surface] = served_model(config, surface)
    return models


def connected(args: argparse.Namespace, served: ServedModel) -> RankingClient:
    """Returns a client of the server that the options name."""
    protocol = WireProtocol(args.protocol)
    return RankingClient(args.address or _DEFAULT_ADDRESS[protocol], served.name, protocol, timeout_s=args.timeout)


def limits(config: PipelineConfig) -> HistoryLimits:
    """Returns how much of a history the model sees."""
    data = config.data
    return HistoryLimits(data.recommendation_history, data.search_history, data.items_per_session)


def is_fallback(ranked: Sequence[RankedItem]) -> bool:
    """Whether all items come from popularity, as where the model knows nothing of a request."""
    return bool(ranked) and all(item.source == retrieval_sources.POPULARITY for item in ranked)


def ranked_table(ranked: Sequence[RankedItem], log: EventLog) -> str:
    """Formats an answer as a table, best item first. The source of each item is a column if the model tells any."""
    with_sources = any(item.source for item in ranked)
    rows = [
        (
            str(rank),
            item.item_id,
            log.title(item.item_id),
            f"{item.score:.4f}",
            *([item.source] if with_sources else []),
        )
        for rank, item in enumerate(ranked, start=1)
    ]
    return table(("rank", "item", "title", "score", *(["source"] if with_sources else [])), rows)


def ranked_json(asked: Mapping[str, str], ranked: Sequence[RankedItem], log: EventLog) -> str:
    """Formats an answer as JSON: what was asked, then the items, best first."""
    items = [
        {"rank": rank, "item_id": item.item_id, "title": log.title(item.item_id), "score": item.score}
        | ({"source": item.source} if item.source else {})
        for rank, item in enumerate(ranked, start=1)
    ]
    return json.dumps({**asked, "items": items}, indent=2, ensure_ascii=False)


def explain(error: CallError, served: ServedModel) -> str:
    """Says what to do about a call that failed."""
    pushed = bool(version_folders(served.pushed_model_dir))
    first = "" if pushed else f" Nothing is pushed to {served.pushed_model_dir} yet: run `tandem run` first."
    if error.code == UNAVAILABLE:
        return f"no model server answers at {error.address}. Start one with `tandem serve`.{first}"
    if error.code == NOT_FOUND:
        hint = first or " Is the server still loading it, or started with another configuration?"
        return f"the server at {error.address} has no model {served.name!r}: {error.message}.{hint}"
    if error.message.startswith(OTHER_PROGRAM):
        return f"{error.address}: {error.message}. Where is the model server? --address HOST:PORT"
    return str(error)


def say_who_asks(user: str, log: EventLog, history: Sequence[Token]) -> None:
    """Says on standard error how much history the log has of the user."""
    if not log.events_of(user):
        print(f"User {user!r} is not in the event log: asking with an empty history.", file=sys.stderr)
    else:
        print(f"User {user!r}: {len(history)} history tokens are sent along.", file=sys.stderr)


def lacking(surface: Surface) -> str:
    """Says that a surface cannot be asked about, because nobody engaged with anything on it, and what can be asked."""
    asks = {Surface.SEARCH: "tandem query", Surface.RECOMMENDATION: "tandem recommend"}
    (other,) = (each for each in Surface if each is not surface)
    return (
        f"the log has no {surface.value} event with an engagement, so no model has learned {surface.value} from it. "
        f"It has {other.value}: `{asks[other]}`."
    )


def fail(command: str, message: str, code: int) -> int:
    """Says on standard error why a command ends, and returns its exit code."""
    print(f"tandem {command}: {message}", file=sys.stderr)
    return code


def _candidates_of(path: str) -> Candidates:
    with open(path, encoding="utf-8") as lines:
        item_ids = tuple(dict.fromkeys(line.strip() for line in lines if line.strip()))
    return Candidates(item_ids, len(item_ids))


def _as_json(request: RetrievalRequest, best: BestItems, log: EventLog) -> str:
    asked = {"user": request.user_id, "query": request.query, "signature": best.signature}
    return ranked_json(asked, best.items, log)
