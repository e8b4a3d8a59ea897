"""A small shop for `tandem explore`: its log, and the server of the page in front of a model server."""

import socket
import threading
from contextlib import contextmanager

import uvicorn

from schemas.canonical_event import Event, Item, Surface
from serving.client.ranking_client import RankingClient
from serving.explore.app import explore_app
from serving.explore.explored import Explored
from serving.shop_log.event_log import EventLog, HistoryLimits
from tests.support.explained_models import BASE_SCORES

MARKUP = "<img src=x onerror=\"document.title='hacked'\">"
ITEMS = {
    "a1": Item("a1", "Amber lamp", ("Light", "Lamps"), {"brand": "Acme", "colour": ""}),
    "a2": Item("a2", "Apricot bowl", ("Table", "Bowls")),
    "b1": Item("b1", "Blue mug", ("Table", "Mugs")),
    "b2": Item("b2", "Brown basket"),
    "c1": Item("c1", "Copper clock", ("Light",)),
    "c2": Item("c2", MARKUP),
    "d1": Item("d1", "Dotted ribbon"),
}
DAY = 86_400_000


def shop_log() -> EventLog:
    """User 7 clicked b1 in the feed, c1 and d1 in a search. User 8 clicked a1 in the feed. User 9 typed markup."""
    events = {
        "7": [
            Event("7", 0, Surface.RECOMMENDATION, item_id="b1"),
            Event("7", DAY, Surface.SEARCH, "clock", "s1", "c1"),
            Event("7", 2 * DAY, Surface.SEARCH, "clock", "s1", "d1"),
        ],
        "8": [Event("8", 0, Surface.RECOMMENDATION, item_id="a1")],
        "9": [Event("9", 0, Surface.SEARCH, MARKUP)],
    }
    return log_of({item_id: ITEMS.get(item_id, Item(item_id)) for item_id in BASE_SCORES}, events)


def log_of(items: dict[str, Item], events: dict[str, list[Event]]) -> EventLog:
    """Makes a log of these items and events, and counts the events."""
    log = EventLog(dict(items), events=events)
    for event in (event for of_user in events.values() for event in of_user):
        log.count(event)
    return log


@contextmanager
def explored_at(address, log=None, surfaces=tuple(Surface), retry=None, absent=None):
    """Makes what the page shows, with a client of the model server at an address."""
    with RankingClient(address, "shop", timeout_s=30, retry=retry) as client:
        yield Explored(
            shop_log() if log is None else log,
            HistoryLimits(),
            dict.fromkeys(surfaces, client),
            dict.fromkeys(surfaces, "shop"),
            (),
            lambda error, surface: f"{surface.value}: {error}",
            absent or {},
        )


@contextmanager
def page_of(explored, port=0):
    """Runs the page's server while the block runs, and yields its address."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen()
        server = uvicorn.Server(
            uvicorn.Config(explore_app(explored), lifespan="off", log_config=None, access_log=False)
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)
