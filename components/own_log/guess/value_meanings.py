"""The meaning of a log's values: which surface, and whether a user engaged with an item or was only shown it."""

from collections.abc import Collection, Mapping
from typing import Final

from components.own_log.guess.column_names import plain
from schemas.canonical_event import Surface

ENGAGED: Final = "1"
SHOWN: Final = "0"
LEFT_OUT: Final = "drop"
"""The meaning of events that are neither, such as a refund or a login."""
_SURFACES: Final[Mapping[str, str]] = {
    Surface.SEARCH.value: """
        search searches s srp search_results search_result search_page searchresultpage serp query find suche recherche
        busqueda 搜索
        """,
    Surface.RECOMMENDATION.value: """
        recommendation recommendations recommend recommended r rec recs reco feed home homepage home_page main browse
        browsing discover discovery explore related similar similar_items detail detail_page pdp category category_page
        listing timeline for_you foryou trending popular carousel widget email push newsletter notification stream
        startseite inicio accueil 推荐 首页
        """,
}
_LABELS: Final[Mapping[str, str]] = {
    ENGAGED: """
        1 true yes y click clicks clicked purchase purchased buy bought order ordered transaction cart add_to_cart
        addtocart basket like liked fav favorite favourite follow share shared watch watched play played read listen
        listened book booked booking reserve reserved install download save saved checkout convert converted conversion
        engaged engagement positive rate rated rating comment wishlist complete completed
        购买 点击 收藏 加购 clk ord flw
        """,
    SHOWN: """
        0 false no n impression impressions imp show shown expose exposed exposure display displayed served seen skip
        skipped ignore ignored dislike negative none no_click not_clicked 曝光
        """,
    LEFT_OUT: """
        remove_from_cart removefromcart remove refund refunded return returned cancel cancelled canceled unlike unfollow
        login logout signup
        """,
}
_VIEW_WORDS: Final = "view viewed view_item viewitem views pageview page_view visit detail pv"
_VIEWS: Final = frozenset(map(plain, _VIEW_WORDS.split()))
_CLICKS: Final = frozenset(map(plain, ["click", "clicks", "clicked", "clk"]))
_SEARCHES: Final = frozenset(map(plain, ["search", "searched", "search_query", "query"]))


def _by_word(words: Mapping[str, str]) -> dict[str, str]:
    return {plain(word): meaning for meaning, listed in words.items() for word in listed.split()}


_SURFACE_OF: Final = _by_word(_SURFACES)
_LABEL_OF: Final = _by_word(_LABELS)


def surface_meanings(values: Collection[str]) -> dict[str, str]:
    """The surface of each value; empty if the word is unknown."""
    return {value: _SURFACE_OF.get(plain(value), "") for value in values}


def label_meanings(values: Collection[str]) -> tuple[dict[str, str], list[str]]:
    """The label of each value; empty if the word is unknown or ambiguous.

    A view of an item's page is an engagement. If the log also has clicks, a view may only mean that a list was shown.

    Returns:
        The meanings, and those that are not certain.
    """
    words = {value: plain(value) for value in values}
    meanings = {value: _LABEL_OF.get(word, "") for value, word in words.items()}
    doubts = []
    views = [value for value, word in words.items() if word in _VIEWS]
    if views and not _CLICKS & {*words.values()}:
        meanings |= dict.fromkeys(views, ENGAGED)
        doubts.append(f"{views[0]!r} is taken for opening an item's page, an engagement")
    searches = [value for value, word in words.items() if word in _SEARCHES]
    meanings |= dict.fromkeys(searches, ENGAGED)
    return meanings, doubts


def is_search_word(value: str) -> bool:
    """Whether a kind of event is a search."""
    return plain(value) in _SEARCHES


def knows_surfaces(values: Collection[str]) -> bool:
    """Whether at least one of the values names a surface."""
    return any(surface_meanings(values).values())


def knows_labels(values: Collection[str]) -> bool:
    """Whether at least one of the values says what a user did."""
    return any(label_meanings(values)[0].values())
