import collections
import gzip

import pytest

from components.synthetic_log.generator_config import GeneratorConfig
from components.synthetic_log.parts import ITEMS_A_PART, Part, all_parts, make_part, packed

CONFIG = GeneratorConfig(events=1_000, events_per_user=50, items=100, topics=10)


def test_parts_cover_everything_once_and_in_order():
    config = GeneratorConfig(events=1_000, events_per_user=100, items=ITEMS_A_PART + 5, files=2)
    assert list(all_parts(config, events_a_part=300)) == [
        Part(True, range(ITEMS_A_PART), 0),
        Part(True, range(ITEMS_A_PART, ITEMS_A_PART + 5), 0),
        Part(False, range(0, 3), 0),
        Part(False, range(3, 6), 0),
        Part(False, range(6, 9), 1),
        Part(False, range(9, 10), 1),
    ]
    few_users = GeneratorConfig(events=1_000, events_per_user=250, files=4)
    assert [part.file for part in all_parts(few_users) if not part.of_items] == [0, 1, 2, 3]


@pytest.mark.parametrize("layout", ["events", "kuaisar"])
def test_what_users_do_and_how_well_it_can_be_ranked_does_not_depend_on_the_size_of_parts(layout):
    def joined(events_a_part):
        contents, ranks = collections.defaultdict(bytes), collections.defaultdict(int)
        for part in all_parts(CONFIG, events_a_part):
            made = make_part(CONFIG, layout, 9, part)
            for name, content in made.contents.items():
                contents[name] += content
            for key, of_rank in made.ranks.items():
                ranks[key] += of_rank
        return contents, {key: of_rank.tolist() for key, of_rank in ranks.items()}

    assert joined(150) == joined(50_000)


def test_a_part_is_counted():
    made = make_part(CONFIG, "events", 9, Part(False, range(CONFIG.users), 0))
    lines = [line.split("\t") for line in made.contents["events"].decode().splitlines()]
    clicked = [line for line in lines if line[6] == "1" and line[5]]
    assert made.counts == {
        "users": 20,
        "events": len(lines),
        "feed_clicks": sum(line[2] == "recommendation" for line in clicked),
        "searches": len({(line[0], line[4]) for line in lines if line[4]}),
        "search_clicks": sum(line[2] == "search" for line in clicked),
        "searches_without_click": sum(not line[5] for line in lines),
        "shown_only": sum(line[6] == "0" for line in lines),
    }
    assert made.ranks["search", "process"].sum() > 15


def test_packed_parts_follow_each_other():
    assert packed("é\n", gzipped=False) == "é\n".encode()
    assert gzip.decompress(packed("a\n", gzipped=True) + packed("b\n", gzipped=True)) == b"a\nb\n"
    assert packed("a\n", gzipped=True) == packed("a\n", gzipped=True)
