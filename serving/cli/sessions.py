"""Show how the served model divides a user's history into sessions.

A row of the table is an event, oldest first, and a column a session: how much of the event lies in it. Searches are
divided twice, by what was clicked and by what was searched for. The history comes from the event log that the
configuration names.
"""

import argparse
import json
import sys
from dataclasses import asdict

from schemas import signatures
from schemas.canonical_event import Surface
from serving.call_error import CallError
from serving.cli import asking
from serving.cli.session_events import EventSessions, event_sessions
from serving.cli.session_picture import picture
from serving.cli.session_table import sessions_text
from serving.divided_history import DividedHistory
from serving.request_builder import SessionsRequest
from serving.row_files import FileError
from tfx_pipeline.cli import config_arguments
from tfx_pipeline.configs import ServedModel


class _NoAnswerError(Exception):
    """The served model does not say; the message says why."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    asking.add_user_arguments(parser)
    parser.add_argument("--surface", choices=[each.value for each in Surface], help="this one alone (both)")
    parser.add_argument("--picture", default="", metavar="FILE.svg", help="draw them, too")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")


def run(args: argparse.Namespace) -> int:
    """Asks and shows; 0 when it could, 1 when not."""
    config = config_arguments.load(args)
    models = {
        surface: asking.served_model(config, surface) for surface in Surface if args.surface in (None, surface.value)
    }
    try:
        log = asking.read_log(config, [args.user])
        history = log.history_of(args.user, asking.limits(config))
        asking.say_who_asks(args.user, log, history)
        shown = [
            event_sessions(surface, _divided(args, model, SessionsRequest(args.user, surface, history)), history, log)
            for surface, model in models.items()
        ]
        if args.picture:
            with open(args.picture, "w", encoding="utf-8") as file:
                file.write(picture(f"The sessions of user {args.user}", shown))
            print(f"Drawn: {args.picture}", file=sys.stderr)
    except (FileError, OSError, _NoAnswerError) as error:
        return asking.fail("sessions", str(error), code=1)
    print(_as_json(args.user, shown) if args.json else "\n\n".join(sessions_text(each) for each in shown))
    return 0


def _divided(args: argparse.Namespace, model: ServedModel, request: SessionsRequest) -> DividedHistory:
    try:
        with asking.connected(args, model) as client:
            names = client.signature_names()
            if signatures.SESSIONS in names:
                return client.sessions(request)
    except CallError as error:
        raise _NoAnswerError(asking.explain(error, model)) from error
    raise _NoAnswerError(
        f"the model {model.name!r} does not divide histories into sessions. It has no signature "
        f"`{signatures.SESSIONS}`, only {', '.join(sorted(names))}. A model with session modelling has it: "
        "`model: unifiedssr` in the configuration."
    )


def _as_json(user: str, shown: list[EventSessions]) -> str:
    return json.dumps({"user": user, "histories": [asdict(each) for each in shown]}, indent=2, ensure_ascii=False)
