import apache_beam as beam
from apache_beam.testing.util import assert_that, equal_to

from components.raw_files.read_files import FAILURES
from components.sources.core_filter import KeepCore
from schemas.canonical_event import Event, Surface
from tests.support.raw_files import make_pipeline

# Of the 2-core: u1 and u2 have a and b. u3 has c twice, which is one pair, so c goes; then d has u4 alone, and goes;
# then u4 has b alone.
PAIRS = ["u1 a", "u1 b", "u2 a", "u2 b", "u3 c", "u3 c", "u4 c", "u4 d", "u4 b"]


def events(pairs):
    split = enumerate(pair.split() for pair in pairs)
    return [(0, line, Event(user, 5, Surface.RECOMMENDATION, item_id=item)) for line, (user, item) in split]


def run(rows, least, rounds, expected):
    with make_pipeline() as pipeline:
        found = pipeline | beam.Create(rows) | KeepCore(least, rounds)
        assert_that(found[None], equal_to(expected), label="kept")
        assert_that(found[FAILURES], equal_to([]), label="failures")


def test_what_is_left_has_enough_of_what_is_left_and_the_rest_goes_with_its_user_and_item():
    rows = events(PAIRS)
    more = [
        (0, 20, Event("u1", 6, Surface.SEARCH, query="mug")),
        (0, 21, Event("u3", 6, Surface.SEARCH, query="mug")),
        (0, 22, Event("u1", 6, Surface.RECOMMENDATION, item_id="b", label=0)),
        (0, 23, Event("u1", 6, Surface.RECOMMENDATION, item_id="c", label=0)),
    ]
    run(rows + more, 2, 10, [*rows[:4], more[0], more[2]])


def test_too_few_rounds():
    # Each round takes one end off this chain of users and items.
    chain = [f"u{number} i{number + step}" for number in range(6) for step in (0, 1)]
    still = "data.core = 2: after data.core_rounds = 2 rounds there are still users with fewer than 2 items left. "
    with make_pipeline() as pipeline:
        found = pipeline | beam.Create(events(chain)) | KeepCore(2, 2)
        assert_that(found[FAILURES], equal_to([still + "Raise data.core_rounds."]))
    run(events(chain), 2, 6, [])
