"""The law of each world, seen in its log as the pipeline reads it."""

import collections

import numpy as np
import pytest

from components.synthetic_log.generator_config import GeneratorConfig
from components.synthetic_log.worlds import WORLDS, filled_in
from schemas.canonical_event import Surface
from tests.support.made_logs import by_user, make_and_read
from tfx_pipeline.config.loading import ConfigError
from tfx_pipeline.config.pipeline_config import load_config

DAY_MS = 86_400_000


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    """Makes the log of a world: its clicks, its items by id, and all its events."""
    made = {}

    def make(world):
        if world not in made:
            folder = tmp_path_factory.mktemp(world)
            events, items = make_and_read(
                GeneratorConfig.of_world(world, truth_users=0), "events", folder, "events.tsv", "items.tsv"
            )
            clicks = [event for event in events if event.item_id and event.label]
            made[world] = (clicks, {item.item_id: item for item in items}, events)
        return made[world]

    return make


def last_of_each(clicks):
    """What is tested: the last click of each user on each surface."""
    return list({(click.user_id, click.surface): click for click in clicks}.values())


def test_cold_most_of_what_is_tested_was_never_clicked_before_and_items_are_gone_after_three_days(log):
    clicks, _, _ = log("cold")
    tested = last_of_each(clicks)
    learned = collections.Counter(click.item_id for click in clicks)
    learned.subtract(click.item_id for click in tested)
    assert len(tested) > 500
    assert np.mean([learned[click.item_id] == 0 for click in tested]) > 0.7
    assert longest_life(clicks) <= 3


def longest_life(clicks):
    """The longest time, in days, between two clicks on one item."""
    moments = collections.defaultdict(list)
    for click in clicks:
        moments[click.item_id].append(click.timestamp_ms)
    return max(max(each) - min(each) for each in moments.values()) / DAY_MS


def test_travel_each_user_wants_one_place_and_types_its_name_before_half_of_the_clicks(log):
    clicks, items, _ = log("travel")
    places = {item.item_id: item.categories for item in items.values()}
    assert {item.title for item in items.values()} == {""}
    countries = collections.defaultdict(set)
    for place, country in places.values():
        countries[place].add(country)
    assert len(countries) == 150 and len(set.union(*countries.values())) == 15
    assert {len(each) for each in countries.values()} == {1}
    for mine in by_user(clicks):
        (place,) = {places[click.item_id][0] for click in mine}
        assert {click.query for click in mine if click.surface is Surface.SEARCH} <= {place}
        assert len({click.item_id for click in mine}) == len(mine)
    typed = np.mean([bool(click.query) for click in clicks])
    assert typed == pytest.approx(0.5, abs=4 * 0.5 / len(clicks) ** 0.5)


def test_news_nothing_is_clicked_more_than_a_day_after_its_first_click_and_there_is_news_every_day(log):
    clicks, _, _ = log("news")
    assert longest_life(clicks) <= 1
    days = collections.Counter(click.timestamp_ms // DAY_MS for click in clicks)
    assert len(days) >= 20
    first = {}
    for click in sorted(clicks, key=lambda each: each.timestamp_ms):
        first.setdefault(click.item_id, click.timestamp_ms // DAY_MS)
    assert set(collections.Counter(first.values())) >= {day for day, count in days.items() if count > 50}


def test_what_is_only_shown_is_there_too(tmp_path):
    config = GeneratorConfig.of_world("news", shown_per_action=1.0, truth_users=0)
    events, _ = make_and_read(config, "events", tmp_path, "events.tsv", "items.tsv")
    assert sum(not event.label for event in events) > 2_000
    assert longest_life(events) <= 1


def test_a_vague_query_in_a_world_of_places_is_the_name_of_the_country(tmp_path):
    config = GeneratorConfig.of_world("travel", events=600, vague_queries=1.0, truth_users=0)
    events, items = make_and_read(config, "events", tmp_path, "events.tsv", "items.tsv")
    countries = {item.item_id: item.categories[1] for item in items}
    searched = [event for event in events if event.surface is Surface.SEARCH]
    assert len(searched) > 100 and all(event.query == countries[event.item_id] for event in searched)


def test_groceries_seven_in_ten_are_bought_again_where_there_is_something_to_buy_again(log):
    clicks, items, _ = log("groceries")
    again = []
    for mine in by_user(clicks):
        had = collections.defaultdict(set)
        for click in mine:
            topic = items[click.item_id].categories[-1]
            if had[topic]:
                again.append(click.item_id in had[topic])
            had[topic].add(click.item_id)
    assert len(again) > 4_000
    # 25 items of a topic: hardly anybody has had all, and who has starts over.
    assert np.mean(again) == pytest.approx(0.7, abs=4 * (0.7 * 0.3 / len(again)) ** 0.5)


def test_long_tail_a_few_items_have_most_clicks_and_most_of_the_clicked_have_one_or_two(log):
    clicks, _, _ = log("long_tail")
    times = np.sort(list(collections.Counter(click.item_id for click in clicks).values()))[::-1]
    # 40 topics of 200 items each, both by popularity: the first two items of each have about half of a topic's clicks.
    weights = np.arange(1.0, 201) ** -1.2
    assert times[:80].sum() / times.sum() > 0.8 * weights[:2].sum() / weights.sum()
    assert (times <= 2).mean() > 0.6
    assert len(times) < 8_000 / 2


def test_tiny_has_three_hundred_events(log):
    _, items, events = log("tiny")
    assert 250 <= len(events) <= 300 and len(items) == 150


def test_languages_has_nine_of_them(log):
    _, items, _ = log("languages")
    letters = set("".join(item.title for item in items.values()))
    for some in ("bdfg", "ßöäü", "ışğ", "हकतब", "كمسن", "한글서울", "ผไมก", "红蓝耳机", "赤ミカくつ"):
        assert set(some) & letters, some
    assert len(set(GeneratorConfig.of_world("languages").languages)) == 9


@pytest.mark.parametrize("world", WORLDS)
def test_a_world_is_what_its_settings_say_and_what_stands_beside_it_goes_before(world, tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text(f"data: {{events: a.tsv}}\ngenerate: {{world: {world}, items: 20000}}\n")
    config = load_config(str(path), ["generate.seed=3"]).generate
    assert config == GeneratorConfig.of_world(world, items=20_000, seed=3)
    assert config.events == WORLDS[world]["events"] and config.world == world


def test_without_a_world_nothing_is_set(tmp_path):
    assert filled_in({"items": 7}) == {"items": 7}
    path = tmp_path / "a.yaml"
    path.write_text("data: {events: a.tsv}\ngenerate: {world: mars}\n")
    with pytest.raises(ConfigError, match="`generate`: `world` should be one of cold, travel, news, groceries"):
        load_config(str(path))
