import dataclasses
import itertools
import subprocess
import sys

from components.sources.repeated_events import digest, identity, without_repeated
from schemas.canonical_event import Event, Surface

EVENT = Event("u", 5, Surface.SEARCH, "mug", "s1", "a", 1, {"device": "tv"}, position=0, split="")
OTHERS = [
    dataclasses.replace(EVENT, **change)
    for change in (
        *({"user_id": "v"}, {"timestamp_ms": 6}, {"surface": Surface.RECOMMENDATION}, {"query": "cup"}),
        *({"session_id": "s2"}, {"item_id": "b"}, {"label": 0}, {"context": {"device": "phone"}}, {"context": {}}),
        *({"position": 1}, {"split": "train"}, {"weight": 2.0}, {"place": 3}),
    )
]


def test_events_are_the_same_only_if_all_that_they_say_is():
    copy = dataclasses.replace(EVENT, context={"device": "tv"})
    assert identity(copy) == identity(EVENT) and digest(copy) == digest(EVENT)
    for one, other in itertools.combinations([EVENT, *OTHERS], 2):
        assert identity(one) != identity(other) and digest(one) != digest(other)


def test_a_digest_is_the_same_in_another_process():
    # Python's own hashes of texts differ from process to process.
    program = (
        "from schemas.canonical_event import Event, Surface; from components.sources.repeated_events import digest;"
        "print(digest(Event('u', 5, Surface.SEARCH, 'mug', 's1', 'a', 1, {'device': 'tv'})).hex())"
    )
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == digest(EVENT).hex()


def at(time, item, **changes):
    return Event("u", time, Surface.RECOMMENDATION, item_id=item, **changes)


def test_of_equal_events_the_first_stays_and_repetitions_at_another_time_stay():
    once = [at(1, "a"), at(2, "a"), at(2, "b"), at(2, "c"), at(3, "a"), at(3, "a", label=0), at(4, "a")]
    assert without_repeated(once) == once
    # Between the copies stand other events of their time.
    twice = [at(1, "a"), at(1, "a"), at(2, "a"), at(2, "b"), at(2, "a"), at(2, "c"), at(2, "b"), at(2, "c"), at(2, "a")]
    assert without_repeated([*twice, *once[4:], at(4, "a")]) == once
    assert without_repeated([]) == []


def test_events_that_differ_in_any_value_stay_side_by_side():
    for other in OTHERS:
        assert without_repeated([EVENT, other]) == [EVENT, other]
        assert without_repeated([EVENT, dataclasses.replace(EVENT), other]) == [EVENT, other]
