"""A made-up world so small that a test can work out what is achievable in it."""

from components.synthetic_log.generator_config import GeneratorConfig, Transitions


def two_clicks(users: int, **changes) -> GeneratorConfig:
    """Two feed clicks a user, on four topics of one item each, all alike.

    The second repeats the first with probability 0.6 + 0.4 / 4 = 0.7, else it is one of the three others.
    """
    fields = {
        "events": 2 * users,
        "events_per_user": 2,
        "length_spread": 0,
        "items": 4,
        "topics": 4,
        "categories": 1,
        "topic_skew": 0,
        "exploration": 1.0,
        "transitions": Transitions(r2r=0.6, s2r=0, r2s=0, s2s=0),
        "search_share": 0,
        "shown_per_action": 0,
    }
    return GeneratorConfig(**fields | changes)
