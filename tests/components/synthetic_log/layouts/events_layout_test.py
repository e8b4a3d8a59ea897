import dataclasses

import numpy as np

from components.synthetic_log.generator_config import GeneratorConfig
from components.synthetic_log.layouts.events_layout import EventsLayout
from components.synthetic_log.made_catalogue import Catalogue
from tests.support.raw_files import lines
from tests.support.small_behaviour import BEHAVIOUR, CATALOGUE


def test_a_line_an_event_and_an_item():
    layout = EventsLayout(CATALOGUE)
    assert layout.behaviour_lines(BEHAVIOUR) == {
        "events": lines(
            (7, 1_684_742_000_000, "recommendation", "", "", 2, 1),
            (7, 1_684_742_000_000, "recommendation", "", "", 6, 0),
            (7, 1_684_742_000_500, "search", "babi babo", 1, 5, 1),
            (7, 1_684_742_000_500, "search", "babi babo", 1, 8, 1),
            (7, 1_684_742_100_000, "search", "bade", 2, "", 1),
            (7, 1_684_742_100_000, "search", "bade", 2, 12, 0),
            (8, 1_684_742_200_000, "recommendation", "", "", 10, 1),
        )
    }
    assert layout.item_lines(np.array([4, 11]), np.array([[2, 3], [6, 5]])) == lines(
        (5, "babi babo", "category 2|topic 2"), (12, "bade bada", "category 1|topic 3")
    )


def test_a_column_has_the_places_where_lists_have_some():
    assert EventsLayout(CATALOGUE).headers["events"].endswith("\titem_id\tlabel")
    layout = EventsLayout(Catalogue(GeneratorConfig(items=12, topics=3, categories=2, list_length=5)))
    assert layout.headers["events"].endswith("\titem_id\tlabel\tplace")
    rows = BEHAVIOUR.rows._replace(place=np.array([3, 1, 1, 2, 0, 5, 1]))
    lines_of = layout.behaviour_lines(dataclasses.replace(BEHAVIOUR, rows=rows))["events"].splitlines()
    # A search without a click was shown nowhere.
    assert [line.split("\t")[-1] for line in lines_of] == ["3", "1", "1", "2", "", "5", "1"]
    assert {len(line.split("\t")) for line in lines_of} == {8}
