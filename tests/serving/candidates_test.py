from collections import Counter

from schemas.canonical_event import Item
from serving.candidates import choose_candidates
from serving.event_log import EventLog

LOG = EventLog(items={name: Item(name) for name in "abcde"}, item_counts=Counter(a=1, b=5, c=3, d=4))


def test_the_catalogue_without_what_the_user_has():
    chosen = choose_candidates(LOG, owned={"b", "e"})
    assert (chosen.item_ids, chosen.catalogue, chosen.is_cut) == (("a", "c", "d"), 3, False)


def test_a_large_catalogue_is_cut_to_its_most_popular_items():
    chosen = choose_candidates(LOG, owned={"b"}, most=2)
    assert (chosen.item_ids, chosen.catalogue, chosen.is_cut) == (("c", "d"), 4, True)


def test_a_category_holds_the_items_that_fit_at_every_level_that_is_named():
    categories = {"a": ("home", "mugs"), "b": ("home",), "c": ("garden", "mugs"), "d": ()}
    log = EventLog(items={name: Item(name, categories=each) for name, each in categories.items()})
    for category, expected in [
        (("home",), "ab"),
        (("", "mugs"), "ac"),
        (("home", "mugs"), "a"),
        (("home", "mugs", "blue"), ""),
        (("", ""), "abcd"),
    ]:
        assert choose_candidates(log, owned=(), category=category).item_ids == tuple(expected)


def test_wanted_items_are_kept_in_any_case():
    assert choose_candidates(LOG, owned={"b", "e"}, wanted=["e"]).item_ids == ("a", "c", "d", "e")
    assert choose_candidates(LOG, owned=(), wanted=["e"], most=1).item_ids == ("b", "e")
