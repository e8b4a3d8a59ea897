"""What our own adapters read from each layout is the behaviour that was written, event for event."""

import pytest

from components.raw_files.refusal import Reject
from components.sources.adapter import adapter, users_reader
from components.sources.data_config import DataConfig
from components.sources.event_rows import UserColumns
from components.synthetic_log.behaviour import NO_ITEM, draw_behaviour
from components.synthetic_log.generated_set import generate
from components.synthetic_log.generator_config import GeneratorConfig
from components.synthetic_log.layouts.known_layouts import LAYOUTS
from components.synthetic_log.layouts.words import word
from components.synthetic_log.made_catalogue import Catalogue
from schemas.canonical_event import Item, Surface

CONFIG = GeneratorConfig(events=900, events_per_user=90, items=300, topics=10, categories=3, truth_users=0)
NOW_MS = 1_700_000_000_000
PATTERNS = {
    "events": {"events": "events*", "items": "items*"},
    "kuaisar": {"events": "*_inter*", "items": "item_features*"},
}


@pytest.fixture(scope="module", params=sorted(LAYOUTS))
def layout(request):
    return request.param


@pytest.fixture(scope="module")
def folder(layout, tmp_path_factory):
    folder = str(tmp_path_factory.mktemp(layout))
    generate(CONFIG, layout, folder, negatives=9)
    return folder


def read(kind, layout, folder):
    config = DataConfig(source=layout, path=folder, **PATTERNS[layout])
    source, files = adapter(layout), adapter(layout).source_files(config)
    if kind == "items":
        found = [each for path in files.item_files for each in source.read_items(path, config)]
    else:
        # In the order that histories are made of: time, file, line, item.
        placed = [
            (event[1].user_id, event[1].timestamp_ms, number, event[0], event[1].item_id, event[1])
            for number, path in enumerate(files.event_files)
            for event in source.read_events(path, config, NOW_MS)
        ]
        found = [each[-1] for each in sorted(placed, key=lambda each: (int(each[0]), *each[1:5]))]
    assert not [each for each in found if isinstance(each, Reject)]
    return found


def words(numbers, layout):
    return " ".join(word(number) if layout == "events" else str(number) for number in numbers if number >= 0)


def test_events_are_those_that_were_made(layout, folder):
    behaviour = draw_behaviour(CONFIG, Catalogue(CONFIG), range(CONFIG.users))
    actions, rows = behaviour.actions, behaviour.rows
    found = [
        (event.user_id, event.timestamp_ms, event.surface is Surface.SEARCH, event.query, event.item_id, event.label)
        for event in read("events", layout, folder)
    ]
    made = [
        (
            str(actions.user[action] + 1),
            actions.timestamp_ms[action],
            actions.is_search[action],
            words(actions.terms[action], layout),
            "" if item == NO_ITEM else str(item + 1),
            int(engaged),
        )
        for action, item, engaged in zip(*rows, strict=True)
    ]
    assert len(made) > 800
    assert found == made


def test_a_session_is_a_search(layout, folder):
    events = [event for event in read("events", layout, folder) if event.surface is Surface.SEARCH]
    sessions = {(event.user_id, event.session_id) for event in events}
    assert len(sessions) == len({(event.user_id, event.timestamp_ms) for event in events}) > 100


def test_items_are_those_of_the_catalogue(layout, folder):
    found = [item for _, item in read("items", layout, folder)]
    assert len(found) == CONFIG.items
    assert found[13] == Item("14", found[13].title, ("category 1", "topic 4"))
    known = {words([number], layout): number // CONFIG.words_per_topic for number in range(13 * CONFIG.words_per_topic)}
    # Of topic 3 or of category 0, which comes after the ten topics.
    assert {known[each] for each in found[13].title.split()} <= {3, 10}


@pytest.mark.parametrize("layout", ["kuaisar"], indirect=True)
def test_users_are_those_that_were_made(layout, folder):
    columns = UserColumns(attributes=("search_active_level", "rec_active_level", "onehot_feat1", "onehot_feat2"))
    config = DataConfig(source=layout, path=folder, users="user_features*", user_columns=columns)
    (path,) = adapter(layout).source_files(config).user_files
    users = [user for _, user in users_reader(config)(path, config)]
    assert [user.user_id for user in users] == [str(number + 1) for number in range(CONFIG.users)]
    # As the layout makes up what the process knows nothing of.
    assert [user.attributes["onehot_feat1"] for user in users] == [str(number % 7) for number in range(CONFIG.users)]
    assert {tuple(user.attributes) for user in users} == {columns.attributes}
