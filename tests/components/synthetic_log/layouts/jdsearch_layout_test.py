import dataclasses
from itertools import groupby

import numpy as np
import pytest

from components.synthetic_log.generated_set import generate
from components.synthetic_log.generator_config import GeneratorConfig
from components.synthetic_log.layouts.jdsearch_layout import JdSearchLayout
from components.synthetic_log.layouts.words import word
from components.synthetic_log.parts import all_parts, make_part
from schemas.canonical_event import Surface
from tests.support.made_logs import by_user, make_and_read
from tests.support.shared_data import SHARED, needs_shared
from tests.support.small_behaviour import BEHAVIOUR, CATALOGUE

# Few actions a user and few searches, so that some users never search.
CONFIG = GeneratorConfig(
    events=900, events_per_user=12, search_share=0.15, items=300, topics=10, categories=3, truth_users=0
)
WORDS = {word(number): str(number) for number in range(13 * CONFIG.words_per_topic)}


def lines_of(behaviour):
    layout = JdSearchLayout(CATALOGUE)
    return layout.behaviour_lines(layout.kept(behaviour))


def test_a_row_is_what_a_user_clicked_and_the_last_search():
    # Shown only, in the feed: item 6. User 8 never searches. Half a second is none, and 100 s lead to the last search.
    assert lines_of(BEHAVIOUR) == {"release_data": "6\t12\t0.0\t-1_2\x183_2\x183\t2_5_8\tCART_CART_CART\t0_0_0_100\n"}


def test_what_comes_after_the_last_search_is_left_out_and_labels_tell_the_kind():
    # The third action is a feed click now. Of seven places, 0.6 is the fifth: a click. 0.8 is the sixth: an order.
    is_search = np.array([False, True, False, False])
    for detail, label in ((0.6, "1.0"), (0.3, "2.0"), (0.8, "3.0"), (0.99, "1.0")):
        actions = dataclasses.replace(BEHAVIOUR.actions, is_search=is_search, detail=np.array([0.9, detail, 0.5, 0.5]))
        assert lines_of(dataclasses.replace(BEHAVIOUR, actions=actions)) == {
            "release_data": f"2\x183\t5_8\t{label}_{label}\t-1\t2\tFLW\t0_0\n"
        }


def test_a_user_whose_first_action_is_the_last_search():
    actions = dataclasses.replace(BEHAVIOUR.actions, is_search=np.array([False, False, False, True]))
    assert lines_of(dataclasses.replace(BEHAVIOUR, actions=actions)) == {
        "release_data": "-1\t10\t1.0\t\t\t\t0\n"  # Its query has no words in this hand-written behaviour.
    }


def test_items():
    # Topics and categories are named by their own words. The fourth and third level are empty.
    assert JdSearchLayout(CATALOGUE).item_lines(np.array([4, 11]), np.array([[2, 3], [6, 5]])) == (
        "5\t2\x183\t5\t14\t2\t8\x189\t2\t2\x183\t\t\t\t\t5\n12\t6\x185\t12\t21\t1\t6\x187\t3\t4\x185\t\t\t\t\t12\n"
    )


@needs_shared("data/jdsearch-sample")
@pytest.mark.parametrize(("made", "published"), [("release_data", "user_behavior"), ("product_data", "product_meta")])
def test_columns_are_those_of_the_published_sample(made, published):
    with open(SHARED / "data/jdsearch-sample" / f"{published}_data_sample.txt", encoding="utf-8") as sample:
        assert JdSearchLayout.headers[made] == sample.readline().rstrip("\n")


def numbers(text):
    return " ".join(WORDS[each] for each in text.split())


def expected_rows(user):
    """The events of one user, as JDsearch can hold them."""
    searches = [place for place, event in enumerate(user) if event.surface is Surface.SEARCH]
    if not searches:
        return []
    session = user[searches[-1]].session_id
    first = next(place for place, event in enumerate(user) if event.session_id == session)
    clicks = [event for event in user[:first] if event.label and event.item_id]
    # Where nothing was clicked, the adapter says so after all that was shown.
    last = sorted(user[first : searches[-1] + 1], key=lambda event: not event.item_id)
    begin = (clicks + last)[0].timestamp_ms // 1_000
    return [
        (each.surface, numbers(each.query), each.item_id, each.label, 1_000 * (each.timestamp_ms // 1_000 - begin))
        for each in clicks + last
    ]


def test_what_is_read_is_what_the_generic_layout_holds(tmp_path):
    generic, items = make_and_read(CONFIG, "events", tmp_path / "events", "events*", "items*")
    events, products = make_and_read(CONFIG, "jdsearch", tmp_path / "jd", "release_data*.txt*", "product_data*.txt*")
    expected = [row for user in by_user(generic) if (row := expected_rows(user))]
    assert 0 < len(expected) < CONFIG.users and sum(map(len, expected)) > 200
    assert [
        [(each.surface, each.query, each.item_id, each.label, each.timestamp_ms) for each in user]
        for user in by_user(events)
    ] == expected
    # Neighbouring searches with the same query are one session, as in the published files.
    runs = [sum(bool(query) for query, _ in groupby(row[1] for row in user)) for user in expected]
    assert [len({each.session_id for each in user} - {""}) for user in by_user(events)] == runs

    assert [(item.item_id, item.title) for item in products] == [(item.item_id, numbers(item.title)) for item in items]
    # A path is another name for the same topic and category.
    pairs = {(made.categories, read.categories) for made, read in zip(items, products, strict=True)}
    assert len(pairs) == len({one for one, _ in pairs}) == len({other for _, other in pairs}) == 10
    # Item 14 is of topic 3 and of category 0, whose words come after those of the ten topics.
    assert products[13].categories == ("120 121", "36 37")


def test_the_truth_counts_what_is_in_the_files(tmp_path):
    counts = generate(CONFIG, "jdsearch", str(tmp_path / "a"), negatives=9)["counts"]
    events, _ = make_and_read(CONFIG, "jdsearch", tmp_path / "a", "release_data*", "product_data*")
    clicks = [event for event in events if event.label and event.item_id]
    assert counts == {
        "users": len(list(by_user(events))),
        "items": 300,
        "events": len(events),
        "feed_clicks": sum(event.surface is Surface.RECOMMENDATION for event in clicks),
        "searches": counts["searches"],  # Of those, neighbours with the same query cannot be told apart.
        "search_clicks": sum(event.surface is Surface.SEARCH for event in clicks),
        "searches_without_click": sum(not event.item_id for event in events),
        "shown_only": sum(not event.label for event in events),
    }
    sessions = len({(event.user_id, event.session_id) for event in events if event.session_id})
    assert 0 <= counts["searches"] - sessions < 10


def test_files_do_not_depend_on_the_parts_in_which_they_are_made():
    def joined(events_a_part):
        contents = {}
        for part in all_parts(CONFIG, events_a_part):
            for name, content in make_part(CONFIG, "jdsearch", 9, part).contents.items():
                contents[name] = contents.get(name, b"") + content
        return contents

    assert joined(150) == joined(50_000)
    assert all(len(content) > 2_000 for content in joined(150).values())
