"""Show how the served model divides a user's history into sessions.

A row of the table is an event, oldest first. A column is a session, and a cell tells how much of the event lies in it.
Searches are divided twice, by what was clicked and by what was searched for. The history comes from the event log that
the configuration names.
"""

import argparse
import json
import sys
from dataclasses import asdict

from components.raw_files.refusal import DataError
from schemas import signatures
from schemas.canonical_event import Surface
from serving.client.answers import DividedHistory
from serving.client.call import CallError
from serving.client.requests import SessionsRequest
from tfx_pipeline.cli.asking import asked_user
from tfx_pipeline.cli.asking.source_log import read_source_log
from tfx_pipeline.cli.parsing import config_arguments
from tfx_pipeline.cli.sessions.session_events import EventSessions, event_sessions
from tfx_pipeline.cli.sessions.session_picture import picture
from tfx_pipeline.cli.sessions.session_table import sessions_text
from tfx_pipeline.config.pipeline_config import PipelineConfig, ServedModel


class _NoAnswerError(Exception):
    """The served model gave no answer; the message says why."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    asked_user.add_user_arguments(parser)
    parser.add_argument("--surface", choices=[each.value for each in Surface], help="only this surface (both)")
    parser.add_argument("--picture", default="", metavar="FILE.svg", help="draw the sessions, too")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")


def run(args: argparse.Namespace) -> int:
    """Asks and shows; 0 when it could, 1 when not, 2 when the log lacks the surface."""
    config = config_arguments.load(args)
    models = _models(config, args.surface)
    try:
        log = read_source_log(config.data, [args.user])
        if args.surface and log.lacks(Surface(args.surface)):
            return asked_user.fail("sessions", asked_user.lacking(Surface(args.surface)), code=2)
        models = {surface: model for surface, model in models.items() if not log.lacks(surface)}
        history = log.history_of(args.user, asked_user.limits(config))
        asked_user.say_who_asks(args.user, log, history)
        shown = [
            event_sessions(surface, _divided(args, model, SessionsRequest(args.user, surface, history)), history, log)
            for surface, model in models.items()
        ]
        if args.picture:
            with open(args.picture, "w", encoding="utf-8") as file:
                file.write(picture(f"The sessions of user {args.user}", shown))
            print(f"Drawn: {args.picture}", file=sys.stderr)
    except (DataError, OSError, _NoAnswerError) as error:
        return asked_user.fail("sessions", str(error), code=1)
    print(_as_json(args.user, shown) if args.json else "\n\n".join(sessions_text(each) for each in shown))
    return 0


def _models(config: PipelineConfig, wanted: str | None) -> dict[Surface, ServedModel]:
    """The model of each surface that is served; of the wanted one alone, if one is wanted.

    Raises:
        ConfigError: No model serves the wanted surface.
    """
    if wanted:
        return {Surface(wanted): asked_user.served_model(config, Surface(wanted))}
    return asked_user.served_models(config)


def _divided(args: argparse.Namespace, model: ServedModel, request: SessionsRequest) -> DividedHistory:
    try:
        with asked_user.connected(args, model) as client:
            names = client.signature_names()
            if signatures.SESSIONS in names:
                return client.sessions(request)
    except CallError as error:
        raise _NoAnswerError(asked_user.explain(error, model)) from error
    raise _NoAnswerError(
        f"the model {model.name!r} does not divide histories into sessions. It has no signature "
        f"`{signatures.SESSIONS}`, only {', '.join(sorted(names))}. A model with session modelling has it: "
        "`model: unifiedssr` in the configuration."
    )


def _as_json(user: str, shown: list[EventSessions]) -> str:
    return json.dumps({"user": user, "histories": [asdict(each) for each in shown]}, indent=2, ensure_ascii=False)
