import pytest

from schemas.canonical_event import Surface, Token
from schemas.rank_metrics import MeanReciprocalRank
from tfx_pipeline.past_runs.ranked_examples import RankedExample
from tfx_pipeline.report_page.example_slices import LEAST_USERS, slices

FEED, SEARCH = Surface.RECOMMENDATION, Surface.SEARCH


def examples(rank, users=LEAST_USERS, surface=SEARCH, events=0, wanted="a", item="b", each=1):
    """Examples of users with so many events in their history."""
    history = (Token(FEED, (item,)),) * events
    return [
        RankedExample(f"u{user}", surface, "", 0, history, (wanted,), wanted, b"", (wanted,), (0.0,), rank)
        for user in range(users)
        for _ in range(each)
    ]


def measured(found, engagements=()):
    """The slices by their title, each with its mean."""
    return {
        title: {each.label: each.value for each in of}
        for title, of in slices(found, MeanReciprocalRank(), dict(engagements)).items()
    }


def test_examples_are_divided_by_the_length_of_their_history():
    parts = [(1, 0), (2, 1), (4, 5), (5, 6), (8, 20), (10, 21)]
    found = measured([each for rank, events in parts for each in examples(rank, events=events)])
    # 1 and 5 events are one slice, 6 and 20 another; each user counts once.
    assert found["search, MRR by events in the history"] == {
        "0": 1.0,
        "1 to 5": pytest.approx((1 / 2 + 1 / 4) / 2),
        "6 to 20": pytest.approx((1 / 5 + 1 / 8) / 2),
        "21 or more": pytest.approx(1 / 10),
    }


def test_slices_stand_in_their_order():
    parts = [each for events in (21, 20, 5, 0) for each in examples(1, events=events)]
    found = measured(parts)["search, MRR by events in the history"]
    assert list(found) == ["0", "1 to 5", "6 to 20", "21 or more"]


def test_examples_are_divided_by_how_frequent_the_wanted_item_is():
    found = measured(
        [*examples(2, wanted="rare"), *examples(1, wanted="new"), *examples(4, wanted="hit")],
        {"rare": 9, "hit": 100}.items(),
    )
    assert found["search, MRR by engagements with the wanted item in the log"] == {"0 to 9": 0.75, "100 or more": 0.25}


def test_repeats_are_told_from_others():
    found = measured([*examples(1, events=1, item="a"), *examples(4, events=1, item="b")])
    assert found == {"search, MRR by is the wanted item in the history": {"no": 0.25, "yes": 1.0}}


def test_each_user_counts_once_and_few_users_say_nothing():
    many = examples(1, users=1, each=30) + examples(4, users=LEAST_USERS)
    few = examples(1, users=LEAST_USERS - 1, events=1, each=2)
    # The first user's mean is (30 * 1 + 1/4) / 31.
    expected = ((30 + 0.25) / 31 + (LEAST_USERS - 1) * 0.25) / LEAST_USERS
    found = slices([*many, *examples(2, events=9), *few], MeanReciprocalRank(), {})
    by_length = {each.label: each for each in found["search, MRR by events in the history"]}
    assert list(by_length) == ["0", "6 to 20"] and by_length["0"].value == pytest.approx(expected)
    assert by_length["0"].low < expected < by_length["0"].high and by_length["0"].note == f"{expected:.3f}, 40 examples"
    # All users are equal, so nothing can be drawn otherwise.
    assert (by_length["6 to 20"].low, by_length["6 to 20"].high) == (0.5, 0.5)


def test_surfaces_are_measured_by_themselves_and_a_single_slice_is_no_picture():
    both = [*examples(1), *examples(2, events=9), *examples(4, surface=FEED)]
    assert list(measured(both)) == ["search, MRR by events in the history"]
