"""Several actions with one item, such as a click and then a purchase: the strongest one counts.

Only for logs that say what an action weighs (`data.columns.weight_values`).
"""

import dataclasses
from collections.abc import Iterable

from schemas.canonical_event import Event


def strongest_actions(events: Iterable[Event]) -> list[Event]:
    """Makes one event of the actions of a user with an item in the same list.

    The event stands where the first of these actions stood, so that no history holds an item before it is a target, and
    it has the largest weight of all. Within a search session, all engagements with the item for the same query are of
    one list. Elsewhere, an engagement with another item, or a search without one, ends the list. Two actions of the
    same weight are the same action done twice; both stay.

    Args:
        events: One user's events, in their order.
    """
    kept: list[Event] = []
    list_of_last: tuple[object, str, str] | None = None
    places: dict[str, int] = {}
    for event in events:
        if event.item_id and not event.is_target:
            kept.append(event)  # It was only shown.
            continue
        its_list = (event.surface, event.session_id, event.query)
        place = places.get(event.item_id) if its_list == list_of_last else None
        if its_list != list_of_last or (place is None and not event.session_id):
            places, list_of_last = {}, its_list
        if place is None or kept[place].weight == event.weight:
            if event.item_id:
                places[event.item_id] = len(kept)
            kept.append(event)
        elif kept[place].weight < event.weight:
            kept[place] = dataclasses.replace(kept[place], weight=event.weight)
    return kept
