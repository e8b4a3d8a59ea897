import pytest

from components.synthetic_log.generator_config import STRENGTHS, GeneratorConfig, Transitions


@pytest.mark.parametrize(
    ("config", "settings", "message"),
    [
        (GeneratorConfig, {"events": 0}, "`events` should be at least 1. Received: events=0"),
        (GeneratorConfig, {"clicks_per_search": 0.5}, "`clicks_per_search` should be at least 1. Received: clicks_p"),
        (GeneratorConfig, {"drift": 1.5}, "`drift` should be from 0 to 1. Received: drift=1.5"),
        (GeneratorConfig, {"items": 3, "topics": 4}, "`topics` should not be more than `items`. Received: topics=4, i"),
        (
            *(GeneratorConfig, {"topics": 2, "categories": 3}),
            "`categories` should not be more than `topics`. Received: categories=3, topics=2",
        ),
        (GeneratorConfig, {"languages": ("klingon",)}, "`languages` should be some of latin, german, turkish"),
        (
            *(GeneratorConfig, {"languages": ("latin", "thai")}),
            "`categories` should be a multiple of the number of `languages`, because each category is in one. Received",
        ),
        (GeneratorConfig, {"repeats": 1.5}, "`repeats` should be from 0 to 1. Received: repeats=1.5"),
        (GeneratorConfig, {"item_life_days": -1}, "`item_life_days` should be at least 0. Received: item_life_days=-1"),
        (
            # A hundred items a topic, of which a two hundredth is there for half a day of 99 and a half.
            *(GeneratorConfig, {"item_life_days": 0.5, "days": 98}),
            "4 items of a topic or more should be there at a time; give more `items` or fewer `topics`, a longer",
        ),
        (
            GeneratorConfig,
            {"list_length": 4},
            "`list_length` should be from 5 to 100, or 0 for none. Received: list_le",
        ),
        (GeneratorConfig, {"list_length": 101}, "`list_length` should be from 5 to 100, or 0 for none. Received: list"),
        (GeneratorConfig, {"place_bias": -1}, "`place_bias` should be at least 0. Received: place_bias=-1"),
        (GeneratorConfig, {"place_bias": 1.0}, "`place_bias` needs `list_length`, the number of places of a list."),
        (Transitions, {"r2s": -0.1}, "`r2s` should be from 0 to 1. Received: r2s=-0.1"),
        (Transitions, {"r2r": 0.5, "s2r": 0.75}, "`r2r` and `s2r` should not be more than 1 together. Received: 1.25"),
        (Transitions, {"s2s": 0.5, "r2s": 0.75}, "`s2s` and `r2s` should not be more than 1 together. Received: 1.25"),
    ],
)
def test_what_means_nothing_is_refused(config, settings, message):
    with pytest.raises(ValueError) as error:
        config(**settings)
    assert str(error.value).startswith(message)


def test_users_are_as_many_as_events_need_and_the_strengths_by_name_grow():
    assert GeneratorConfig(events=101, events_per_user=50).users == 3
    crossing = [STRENGTHS[name].s2r for name in ("none", "low", "medium", "high")]
    assert crossing[0] == 0
    assert crossing == sorted(set(crossing))
