"""A small shop to explore: its log, and the page's own server in front of a model server."""

import socket
import threading
from contextlib import contextmanager

import uvicorn

from schemas.canonical_event import Event, Item, Surface
from serving.client import RankingClient
from serving.event_log import EventLog, HistoryLimits
from serving.explore.app import Explored, explore_app
from tests.support.explained_models import BASE_SCORES

MARKUP = "<img src=x onerror=\"document.title='hacked'\">"
TITLES = {
    "a1": "Amber lamp",
    "a2": "Apricot bowl",
    "b1": "Blue mug",
    "b2": "Brown basket",
    "c1": "Copper clock",
    "c2": MARKUP,
    "d1": "Dotted ribbon",
}
DAY = 86_400_000


def shop_log() -> EventLog:
    """User 7 has b1 from the feed, and c1 and d1 from a search; user 8 has a1; user 9 only typed markup."""
    events = {
        "7": [
            Event("7", 0, Surface.RECOMMENDATION, item_id="b1"),
            Event("7", DAY, Surface.SEARCH, "clock", "s1", "c1"),
            Event("7", 2 * DAY, Surface.SEARCH, "clock", "s1", "d1"),
        ],
        "8": [Event("8", 0, Surface.RECOMMENDATION, item_id="a1")],
        "9": [Event("9", 0, Surface.SEARCH, MARKUP)],
    }
    log = EventLog({item_id: Item(item_id, TITLES.get(item_id, "")) for item_id in BASE_SCORES}, events=events)
    for user_id, of_user in events.items():
        for event in of_user:
            if event.item_id:
                log.user_counts[user_id] += 1
                log.item_counts[event.item_id] += 1
    return log


@contextmanager
def explored_at(address):
    """What the page is about, with a client of the model server at an address."""
    with RankingClient(address, "shop", timeout_s=30) as client:
        clients = dict.fromkeys(Surface, client)
        names = dict.fromkeys(Surface, "shop")
        yield Explored(
            shop_log(), HistoryLimits(), clients, names, (), lambda error, surface: f"{surface.value}: {error}"
        )


@contextmanager
def page_of(explored):
    """The address of the page's server while the block runs."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
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
