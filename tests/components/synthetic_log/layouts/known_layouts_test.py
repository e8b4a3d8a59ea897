"""What our own adapters read from each layout is the behaviour that was written, event for event."""

import dataclasses

import pytest

from components.sources.adapter import adapter
from components.sources.data_config import DataConfig
from components.sources.event_order import event_place
from components.sources.event_rows import UserColumns
from components.synthetic_log.behaviour import NO_ITEM, draw_behaviour
from components.synthetic_log.generated_set import generate
from components.synthetic_log.generator_config import GeneratorConfig
from components.synthetic_log.layouts.words import word
from components.synthetic_log.made_catalogue import Catalogue
from schemas.canonical_event import Event, Item, Surface

CONFIG = GeneratorConfig(events=900, events_per_user=90, items=300, topics=10, categories=3, truth_users=0)
NOW_MS = 1_700_000_000_000
USERS = UserColumns(attributes=("search_active_level", "rec_active_level", "onehot_feat1", "onehot_feat2"))
SOURCES = {
    "events": DataConfig(events="events*", items="items*"),
    "kuaisar": DataConfig(
        source="kuaisar", events="*_inter*", items="item_features*", users="user_features*", user_columns=USERS
    ),
}


@pytest.fixture(scope="module", params=sorted(SOURCES))
def source(request, tmp_path_factory):
    """Writes a log; gives the adapter, its files and its configuration."""
    config = dataclasses.replace(SOURCES[request.param], path=str(tmp_path_factory.mktemp(request.param)))
    generate(CONFIG, request.param, config.path, negatives=9)
    return adapter(config.source), adapter(config.source).source_files(config), config


def words(numbers, config):
    numbers = [number for number in numbers if number >= 0]
    return " ".join(word(number) if config.source == "events" else str(number) for number in numbers)


def test_events_are_those_that_were_made(source):
    behaviour = draw_behaviour(CONFIG, Catalogue(CONFIG), range(CONFIG.users))
    actions, rows = behaviour.actions, behaviour.rows
    reader, files, config = source
    placed = [
        (int(event.user_id), event_place(file, line, event), event)
        for file, path in enumerate(files.event_files)
        for line, event in reader.read_events(path, config, NOW_MS)
    ]
    events = [event for *_, event in sorted(placed, key=lambda each: each[:2])]
    made = [
        Event(
            str(actions.user[action] + 1),
            actions.timestamp_ms[action],
            Surface.SEARCH if actions.is_search[action] else Surface.RECOMMENDATION,
            words(actions.terms[action], config),
            item_id="" if item == NO_ITEM else str(item + 1),
            label=int(engaged),
        )
        for action, item, engaged in zip(*rows[:3], strict=True)
    ]
    assert len(made) > 800
    assert [dataclasses.replace(event, session_id="") for event in events] == made
    searches = [event for event in events if event.surface is Surface.SEARCH]
    sessions = {(event.user_id, event.session_id) for event in searches}
    assert len(sessions) == len({(event.user_id, event.timestamp_ms) for event in searches}) > 100


def test_items_are_those_of_the_catalogue(source):
    reader, files, config = source
    found = [item for path in files.item_files for _, item in reader.read_items(path, config)]
    assert len(found) == CONFIG.items
    assert found[13] == Item("14", found[13].title, ("category 1", "topic 4"))
    known = {words([number], config): number // CONFIG.words_per_topic for number in range(13 * CONFIG.words_per_topic)}
    # Of topic 3 or of category 0, which comes after the ten topics.
    assert {known[each] for each in found[13].title.split()} <= {3, 10}


@pytest.mark.parametrize("source", ["kuaisar"], indirect=True)
def test_users_are_those_that_were_made(source):
    reader, files, config = source
    (path,) = files.user_files
    users = [user for _, user in reader.read_users(path, config)]
    assert [user.user_id for user in users] == [str(number + 1) for number in range(CONFIG.users)]
    # As the layout makes up what the process knows nothing of.
    assert [user.attributes["onehot_feat1"] for user in users] == [str(number % 7) for number in range(CONFIG.users)]
    assert {tuple(user.attributes) for user in users} == {config.user_columns.attributes}
