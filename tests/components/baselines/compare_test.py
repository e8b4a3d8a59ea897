"""The rules and a model on tiny logs, through real Beam and a real SavedModel."""

import json
import math
from dataclasses import replace

import apache_beam as beam
import pytest
import tensorflow as tf

from components.baselines.compare import ComparedFiles, ComparisonSettings, compare
from components.baselines.example_ranking import user_hash
from components.behaviour_example_gen.examples import behaviour_examples
from components.score_map_file import write_score_maps
from components.shown_places.count_files import WriteCounts, count_files
from components.shown_places.showings import BEYOND, Times
from schemas import features, signatures
from schemas.canonical_event import Event, Surface, Token
from schemas.score_map import ScoreMap
from tests.support.behaviour_examples import behaviour_example, write_examples
from tests.support.rank_models import save_rank_model, signature_of
from tests.support.raw_files import make_pipeline
from tests.support.rule_logs import write_hotels

USERS = [f"u{number}" for number in range(12)]
SETTINGS = ComparisonSettings(("popularity", "last_items"), "mrr", 0.0, ("search", "recommendation"), 100)
FAVOURITE = "c"


def favours(item):
    """Scores an item 1, all others 0."""
    return lambda candidates: tf.cast(candidates == item, tf.float32)


def of_no_number(candidates):
    return tf.fill(tf.shape(candidates), float("nan"))


@pytest.fixture
def files(tmp_path):
    """Users who had b twice and a once want c on the feed and a in searches."""
    train = [
        behaviour_examples.behaviour_example(
            Event(user_id="u", timestamp_ms=moment, surface=Surface.SEARCH, item_id=item), (), ["d"], True
        )
        for moment, item in enumerate("bba")
    ]
    past = [Token(Surface.RECOMMENDATION, ("a",))]
    wanted = [behaviour_example(["c", "a", "b", "d"], user=user, history=past) for user in USERS]
    wanted += [behaviour_example(["a", "b"], surface=Surface.SEARCH, user=user, history=past) for user in USERS]
    without = [behaviour_example(["a", "b"], positive=-1)]
    return ComparedFiles(
        [write_hotels(tmp_path)],
        [write_examples(tmp_path / "train.gz", train)],
        [write_examples(tmp_path / "1.gz", wanted[:7]), write_examples(tmp_path / "2.gz", wanted[7:] + without)],
        len(wanted),
    )


def run(tmp_path, files, score, settings=SETTINGS, further=None, workers=1, sasrec="", baseline=""):
    model = save_rank_model(tmp_path / "model", serving_default=score, further=further)
    (tmp_path / "out").mkdir(exist_ok=True)
    return compare(lambda: make_pipeline(workers), files, model, str(tmp_path / "out"), settings, sasrec, baseline)


def without_all(settings=SETTINGS, **changes):
    return replace(settings, catalogue_examples=0, **changes)


def test_rules_and_the_model_by_surface(tmp_path, files):
    found = run(tmp_path, files, favours(FAVOURITE), without_all())
    feed, search = found["candidates"]["recommendation"], found["candidates"]["search"]
    # The feed: popularity is b, a, then c or d, so c is third or fourth. `last_items` is a, b, then c or d.
    tied = (1 / 3 + 1 / 4) / 2
    assert [feed["rules"][rule]["mrr"][0] for rule in SETTINGS.rules] == pytest.approx([tied, tied])
    assert feed["model"]["mrr"] == [1, 1, 1] and feed["beaten"] and feed["best_rule"] == "popularity"
    # Searches: a is second in popularity, and first of `last_items`. The model finds a and b equal, so a is second.
    assert [search["rules"][rule]["mrr"][0] for rule in SETTINGS.rules] == [0.5, 1.0]
    assert search["model"]["mrr"][0] == 0.5 and not search["beaten"]
    assert (search["examples"], search["users"], search["best_rule"]) == (12, 12, "last_items")
    # There are two candidates, so that one cut-off says something; of the feed's four it is the same.
    assert set(search["model"]) == set(feed["model"]) == {"hit_rate_at_1", "mrr"}
    assert found["reasons"] == [search["verdict"]] and not found["blessed"]
    assert (found["catalogue"], found["sample"]) == ({}, "")
    assert found == json.loads((tmp_path / "out" / "metrics.json").read_text())


def test_a_metric_that_decides_is_there_however_short_the_lists_are(tmp_path, files):
    found = run(tmp_path, files, favours("c"), without_all(metric="ndcg_at_5"))
    assert set(found["candidates"]["search"]["model"]) == {"hit_rate_at_1", "ndcg_at_5", "mrr"}


def test_means_over_examples_are_the_evaluator_s_and_have_intervals_over_users(tmp_path, files):
    """u0 has eleven examples more, in which the model has the wanted item last of two."""
    more = write_examples(tmp_path / "3.gz", [behaviour_example(["a", "c"], user="u0")] * 11)
    both = replace(files, evaluation=[*files.evaluation, more])
    feed = run(tmp_path, both, favours("c"), without_all())["candidates"]["recommendation"]
    # Twelve at the first place and eleven at the second, of 23; a user counts once in the other mean.
    value, low, high = feed["over_examples"]["mrr"]
    assert value == pytest.approx((12 + 11 / 2) / 23)
    assert feed["model"]["mrr"][0] == pytest.approx((11 + (1 + 11 / 2) / 12) / 12)
    # Whoever does not draw u0 has 1. Twice u0 of 12 makes 34 examples.
    assert high == 1 and low < (12 + 22 / 2) / 34


def test_slices_and_scores_stand_beside_the_candidates(tmp_path, files):
    found = run(tmp_path, files, favours(FAVOURITE), without_all())
    feed, search = found["candidates"]["recommendation"], found["candidates"]["search"]
    slices = {(each["by"], each["part"]): each for each in search["slices"]}
    # All users had a on the feed, which is what they now search for, without a query. Nobody is in training.
    assert {each for each in slices if slices[each]["users"] == 12} == set(slices)
    assert set(slices) == {
        ("history_length", "1 to 5"),
        ("share_of_searches", "none"),
        ("last_transition", "recommendation to search"),
        ("user_activity", "0 (new)"),
        ("item_popularity", "0 to 9"),
        ("repeat", "yes"),
        ("hour", "0 to 5"),
    }
    # The rule last_items has a first, the model finds both equal.
    for each in slices.values():
        assert (each["model"][0], each["best_rule"][0], each["difference"][0]) == (0.5, 1, -0.5)
    # Of training's items, c is none.
    assert ("item_popularity", "not in training") in {(each["by"], each["part"]) for each in feed["slices"]}
    assert (feed["scores"]["auc"], search["scores"]["auc"]) == (1, 0.5)
    assert found["blessed"] is False and len(found["reasons"]) == 1


def test_a_model_that_falls_behind_the_baseline_in_a_slice_is_not_blessed(tmp_path, files):
    """It is as good as the rules have to be beaten, but on the feed the baseline knows better, with a history."""
    baseline = save_rank_model(tmp_path / "baseline", serving_default=favours("c"))
    settings = without_all(margin=-1.0, surfaces=("recommendation",), deciding_slices=("history_length", "repeat"))
    found = run(tmp_path, files, favours("a"), settings, baseline=baseline)
    # The model has a first, and c is last of the three others that are equal: rank 4; the baseline has it first.
    assert not found["blessed"] and found["reasons"] == [
        f"recommendation, {title}: the baseline is better than the model: MRR 0.2500 against 1.0000 (difference "
        "-0.7500, 95 % interval -0.7500 to -0.7500; 12 examples of 12 users)"
        for title in ("events in the history: 1 to 5", "is the wanted item in the history: no")
    ]
    # The baseline is no rule.
    assert set(found["candidates"]["recommendation"]["rules"]) == set(SETTINGS.rules)
    assert run(tmp_path, files, favours("a"), replace(settings, slice_margin=0.8), baseline=baseline)["blessed"]
    # Where rules do not decide, slices do all the same.
    lenient = replace(settings, margin=0.0, rules_decide=False)
    assert len(run(tmp_path, files, favours("a"), lenient, baseline=baseline)["reasons"]) == 2
    assert run(tmp_path, files, favours("c"), lenient, baseline=baseline)["blessed"]
    # A surface on which the model beats no rule is told, too, where rules decide.
    strict = replace(settings, margin=0.0)
    assert len(run(tmp_path, files, favours("a"), strict, baseline=baseline)["reasons"]) == 3


def test_the_whole_catalogue_may_decide(tmp_path, files):
    """Among candidates the model is better than the rules on the feed, among all items only if it is asked there."""
    settings = replace(SETTINGS, surfaces=("recommendation",))
    worst = {signatures.CATALOGUE_RANKS: fifth}
    assert run(tmp_path, files, favours("c"), settings, worst)["blessed"]
    among_all = replace(settings, decides_among="catalogue")
    found = run(tmp_path, files, favours("c"), among_all, worst)
    assert not found["blessed"] and found["reasons"] == [found["catalogue"]["recommendation"]["verdict"]]
    assert found["decides_among"] == "catalogue"
    assert run(tmp_path, files, favours("a"), among_all, {signatures.CATALOGUE_RANKS: second})["blessed"]
    # No user was chosen, so that nothing is known.
    nobody = run(tmp_path, files, favours("c"), replace(among_all, catalogue_examples=0), worst)
    assert nobody["reasons"] == [
        "recommendation: the model could not be compared with rules among all items, there is no example of it to "
        "evaluate"
    ]


def test_only_served_surfaces_count_and_one_without_examples_is_not_blessed(tmp_path, files):
    feed = run(tmp_path, files, favours(FAVOURITE), without_all(surfaces=("recommendation",)))
    assert feed["blessed"] and feed["reasons"] == [] and set(feed["candidates"]) == {"recommendation"}


def test_a_surface_without_examples_is_not_blessed(tmp_path, files):
    none = write_examples(tmp_path / "none.gz", [behaviour_example(["a", "b"], positive=-1)])
    found = run(tmp_path, replace(files, evaluation=[none]), favours("c"), without_all(surfaces=("search",)))
    assert not found["blessed"] and found["reasons"] == [
        "search: the model could not be compared with rules, there is no example of it to evaluate"
    ]


def test_what_is_no_number_counts_against_the_model(tmp_path, files):
    found = run(tmp_path, files, of_no_number, without_all())
    assert found["candidates"]["search"]["model"]["mrr"][0] == 0.5
    assert found["candidates"]["recommendation"]["model"]["mrr"][0] == pytest.approx(0.25)


def test_fewer_scores_than_candidates_are_refused(tmp_path, files):
    with pytest.raises(Exception, match="Every candidate needs a score. Received: scores of shape"):
        run(tmp_path, files, lambda each: tf.zeros([tf.shape(each)[0], 1]), without_all())


@pytest.mark.parametrize(
    ("rules", "score", "feed", "search", "best"),
    [
        # The feed: c shares the places 2 to 4 with b and d, where the model's ties would put it at 4; still better than
        # popularity, which has c at 3 or 4. In searches it is as good as the rule that stands before it.
        (SETTINGS.rules, favours("a"), (1 / 2 + 1 / 3 + 1 / 4) / 3, 1.0, ("sasrec", "last_items")),
        ((), favours("a"), (1 / 2 + 1 / 3 + 1 / 4) / 3, 1.0, ("sasrec", "sasrec")),
        (SETTINGS.rules, of_no_number, 1 / 4, 1 / 2, ("popularity", "last_items")),
    ],
)
def test_a_sasrec_counts_as_one_more_rule(tmp_path, files, rules, score, feed, search, best):
    sasrec = save_rank_model(tmp_path / "sasrec", serving_default=score)
    found = run(tmp_path, files, favours(FAVOURITE), without_all(rules=rules), sasrec=sasrec)["candidates"]
    surfaces = [found[name] for name in ("recommendation", "search")]
    assert [tuple(each["rules"]) for each in surfaces] == [(*rules, "sasrec")] * 2
    assert [each["rules"]["sasrec"]["mrr"][0] for each in surfaces] == pytest.approx([feed, search])
    assert tuple(each["best_rule"] for each in surfaces) == best
    # The model's own figures are what they are without it.
    assert [each["model"]["mrr"][0] for each in surfaces] == [1, 0.5]
    assert found["recommendation"]["difference"][0] == pytest.approx(1 - max(feed, (1 / 3 + 1 / 4) / 2))


@signature_of(signatures.CATALOGUE_RANKS)
def fifth(examples):
    """Says that each positive is fifth, fourth without the history."""
    ranks = tf.fill(tf.shape(examples), 5)
    return {signatures.RANKS: ranks, signatures.UNSEEN_RANKS: ranks - 1}


def test_a_sasrec_is_ranked_among_all_items_as_the_model_is(tmp_path, files):
    sasrec = save_rank_model(tmp_path / "sasrec", further={signatures.CATALOGUE_RANKS: fifth})
    further = {signatures.CATALOGUE_RANKS: second}
    found = run(tmp_path, files, favours("c"), further=further, sasrec=sasrec)["catalogue"]
    # What searches want is in the history, so that it is ranked with the history.
    assert found["recommendation"]["rules"]["sasrec"]["mrr"][0] == pytest.approx(1 / 4)
    assert found["search"]["rules"]["sasrec"]["mrr"][0] == pytest.approx(1 / 5)
    assert (found["recommendation"]["model"]["mrr"][0], found["search"]["model"]["mrr"][0]) == (1, 0)


@signature_of(signatures.CATALOGUE_RANKS)
def second(examples):
    """Says that each positive is second, first without the history, and that one of a search is unknown."""
    columns = tf.io.parse_example(examples, {features.SURFACE: tf.io.FixedLenFeature([], tf.string)})
    ranks = tf.where(columns[features.SURFACE] == "search", 0, 2)
    return {signatures.RANKS: ranks, signatures.UNSEEN_RANKS: tf.ones_like(ranks)}


def test_among_all_items_too_where_the_model_retrieves(tmp_path, files):
    found = run(tmp_path, files, favours("c"), further={signatures.CATALOGUE_RANKS: second})
    feed, search = found["catalogue"]["recommendation"], found["catalogue"]["search"]
    # Of the five hotels, b is popular and a in the history, so that c, d and e share the places 2 to 4.
    assert feed["rules"]["popularity"]["mrr"][0] == pytest.approx((1 / 2 + 1 / 3 + 1 / 4) / 3)
    assert feed["model"]["mrr"][0] == 1 and feed["model"]["hit_rate_at_1"][0] == 1
    assert set(feed["model"]) == {"hit_rate_at_1", "mrr"}  # Five hotels.
    assert not {"slices", "scores"} & set(feed)
    # Searches want what is in the history, which is ranked with it: a is behind b.
    assert search["rules"]["last_items"]["mrr"][0] == 1 and search["rules"]["popularity"]["mrr"][0] == 0.5
    assert search["model"]["mrr"][0] == 0
    assert (feed["repeats"], search["repeats"]) == (0, 12)
    assert found["sample"] == (
        "All 24 examples were ranked among all items. Those of the user's history are left out; 12 positives stand in "
        "it and were ranked with it (evaluation.exclude_seen)."
    )


def test_all_items_may_be_those_of_the_history_too(tmp_path, files):
    settings = replace(SETTINGS, exclude_seen=False)
    found = run(tmp_path, files, favours("c"), settings, {signatures.CATALOGUE_RANKS: second})
    feed = found["catalogue"]["recommendation"]
    # b and a are popular, so that c, d and e share the places 3 to 5.
    assert feed["rules"]["popularity"]["mrr"][0] == pytest.approx((1 / 3 + 1 / 4 + 1 / 5) / 3)
    assert feed["model"]["mrr"][0] == 0.5
    assert found["sample"].endswith("Those of the user's history count, too (evaluation.exclude_seen).")
    assert ComparisonSettings.from_json(settings.to_json()) == settings


def test_of_many_examples_those_of_some_users_are_ranked_among_all(tmp_path, files):
    # Six of 24: a quarter of the users, by hash.
    chosen = [user for user in USERS if user_hash(user.encode()) < 2**64 / 4]
    assert 0 < len(chosen) < len(USERS)
    settings = replace(SETTINGS, catalogue_examples=6)
    found = run(tmp_path, files, favours("c"), settings, {signatures.CATALOGUE_RANKS: second})
    assert found["catalogue"]["search"]["users"] == len(chosen)
    assert found["candidates"]["search"]["users"] == len(USERS)
    assert found["sample"] == (
        f"{2 * len(chosen)} examples were ranked among all items: those of 25.0% of the users, chosen by a hash of "
        f"their ids (evaluation.baseline_examples). Those of the user's history are left out; {len(chosen)} positives "
        "stand in it and were ranked with it (evaluation.exclude_seen)."
    )


def test_the_answer_depends_neither_on_workers_nor_on_the_order_of_files(tmp_path, files):
    wanted = [behaviour_example(["c", "a"], positive=number % 3 % 2, user=user) for number, user in enumerate(USERS)]
    both = [write_examples(tmp_path / "3.gz", wanted[:5]), write_examples(tmp_path / "4.gz", wanted[5:])]
    settings = without_all(surfaces=("recommendation",))
    one = run(tmp_path, replace(files, evaluation=both), favours("c"), settings)
    other = run(tmp_path, replace(files, evaluation=both[::-1]), favours("c"), settings, workers=2)
    assert one == other and one["candidates"]["recommendation"]["model"]["mrr"][1] < 1


def test_calibrated_scores_are_measured_as_they_are_served_and_as_they_were(tmp_path, files):
    """In the feed one of eight is clicked: a click and three negatives, of which each counts 7 / 3 times."""
    write_score_maps(str(tmp_path / "model"), {"recommendation": ScoreMap(0.5, math.log(0.5), 8.0)})
    keys, values = tf.constant(["c", "a"]), tf.constant([0.4, 0.2])

    def of(candidates):
        is_key = tf.equal(candidates[..., tf.newaxis], keys)
        return tf.where(tf.reduce_any(is_key, -1), tf.reduce_sum(tf.where(is_key, values, 0.0), -1), 0.1)

    found = run(tmp_path, files, of, without_all())["candidates"]
    feed = found["recommendation"]
    assert feed["scores"]["observed_to_predicted"] == pytest.approx(1 / (0.4 + 7 / 3 * (0.2 + 0.1 + 0.1)), rel=1e-5)
    # Odds of 2 / 3, 1 / 4 and 1 / 9 were the root of what they had been, halved: these were (2 * odds)^2.
    before = [(2 * odds) ** 2 / (1 + (2 * odds) ** 2) for odds in (2 / 3, 1 / 4, 1 / 9, 1 / 9)]
    expected = 1 / (before[0] + 7 / 3 * sum(before[1:]))
    assert feed["uncalibrated_scores"]["observed_to_predicted"] == pytest.approx(expected, rel=1e-4)
    assert feed["candidates_per_click"] == 8
    assert feed["uncalibrated_scores"]["auc"] == feed["scores"]["auc"]
    assert not {"uncalibrated_scores", "candidates_per_click"} & set(found["search"])


def place_files(folder):
    """In training, what stood at both places was engaged with forty times at the first and ten at the second."""
    things = [
        (("recommendation", "", "c"), {1: Times(100, 40), 2: Times(100, 10)}),
        (("recommendation", "", "d"), {3: Times(7, 1), BEYOND: Times(9, 2)}),
    ]
    with make_pipeline() as pipeline:
        _ = pipeline | beam.Create(things) | WriteCounts(str(folder))
    return count_files(str(folder))


@pytest.fixture
def placed(tmp_path, files):
    """On the feed, six users want c, which they saw at the top, and six want d, which stood below; one nobody knows."""
    wanted = [behaviour_example(["c", "a", "b", "d"], user=user, shown_place=1) for user in USERS[:6]]
    wanted += [behaviour_example(["d", "a", "b", "c"], user=user, shown_place=2) for user in USERS[6:]]
    wanted += [behaviour_example(["c", "a", "b", "d"], user="u99", shown_place=place) for place in (0, 3)]
    return replace(
        files, evaluation=[write_examples(tmp_path / "p.gz", wanted)], places=place_files(tmp_path / "places")
    )


FEED = without_all(surfaces=("recommendation",))


def test_engagements_are_weighed_by_the_place_at_which_they_were_shown(tmp_path, placed):
    found = run(tmp_path, placed, favours("c"), FEED)
    # The second place is seen a quarter as much as the first, so each of its engagements counts for four.
    assert found["by_place"] == {
        "recommendation": {
            "places": [
                [1, 100, 40, 1.0, 0.0],
                [2, 100, 10, pytest.approx(0.25), pytest.approx(0.25 / (50 * 0.8 * 0.2) ** 0.5)],
                [3, 7, 1, None, None],
            ],
            "beyond": [9, 2],
            "reference": 1,
            "given": False,
            "why_not": "",
        }
    }
    by_place = found["candidates"]["recommendation"]["by_place"]
    # The model has c first, and of three equal ones the wanted d last: 1 and 1/4.
    plain, value, low, high = by_place["rankers"]["model"]["mrr"]
    assert plain == pytest.approx((6 * 1 + 6 / 4) / 12)
    assert value == pytest.approx((6 * 1 + 6 * 4 / 4) / (6 + 6 * 4))
    # A draw without users of one kind has one of these; as many as are drawn lie between.
    assert 1 / 4 < low < value < high < 1
    # Of the rules, `popularity` has c and d at 3 or 4 alike.
    tied = pytest.approx((1 / 3 + 1 / 4) / 2)
    assert by_place["rankers"]["popularity"]["mrr"] == [tied] * 4
    assert by_place["best_rule"] == "popularity" and by_place["difference"][0] == pytest.approx(0.4 - 7 / 24)
    assert by_place["effective"] == pytest.approx((6 + 24) ** 2 / (6 + 6 * 16))
    assert {name: by_place[name] for name in ("examples", "users", "left_out", "clipped")} == {
        "examples": 12,
        "users": 12,
        "left_out": 2,
        "clipped": 0,
    }
    assert by_place["mean_weight"] == pytest.approx(2.5)
    # All else is as it was, and the file has what is returned.
    plainly = run(tmp_path, replace(placed, places=()), favours("c"), FEED)
    assert "by_place" not in plainly and "by_place" not in plainly["candidates"]["recommendation"]
    del found["by_place"], found["candidates"]["recommendation"]["by_place"]
    assert found == plainly


def test_a_weight_is_cut_to_its_limit_and_an_examination_that_is_given_is_taken(tmp_path, placed):
    cut = run(tmp_path, placed, favours("c"), replace(FEED, place_weight_cap=2.0))["candidates"]["recommendation"]
    assert cut["by_place"]["rankers"]["model"]["mrr"][1] == pytest.approx((6 + 6 * 2 / 4) / (6 + 12))
    assert cut["by_place"]["clipped"] == 0.5
    given = replace(FEED, examination={"recommendation": (1.0, 0.5, 0.5)})
    found = run(tmp_path, placed, favours("c"), given)
    assert found["by_place"]["recommendation"]["given"]
    assert found["by_place"]["recommendation"]["places"][2] == [3, 7, 1, 0.5, None]
    # One of those of u99 was shown at the third place.
    by_place = found["candidates"]["recommendation"]["by_place"]
    assert by_place["left_out"] == 1 and by_place["users"] == 13
    assert by_place["rankers"]["model"]["mrr"][1] == pytest.approx((6 + 6 * 2 / 4 + 2) / (6 + 12 + 2))


def test_figures_by_place_among_all_items_and_of_the_baseline(tmp_path, placed):
    baseline = save_rank_model(tmp_path / "baseline", serving_default=favours("d"))
    settings = replace(FEED, catalogue_examples=100, deciding_slices=("repeat",))
    ranks = {signatures.CATALOGUE_RANKS: second}
    found = run(tmp_path, placed, favours("c"), settings, ranks, baseline=baseline)
    rankers = found["candidates"]["recommendation"]["by_place"]["rankers"]
    assert set(rankers) == {"popularity", "last_items", "model", "baseline"}
    # It has d first, and c fourth.
    assert rankers["baseline"]["mrr"][1] == pytest.approx((6 / 4 + 24) / 30)
    among_all = found["catalogue"]["recommendation"]["by_place"]
    assert set(among_all["rankers"]) == {"popularity", "last_items", "model"}
    # Without the items of the history it has all wanted ones first.
    assert among_all["rankers"]["model"]["mrr"] == pytest.approx([1.0] * 4)


def test_where_no_examination_can_be_told_it_is_said_why(tmp_path, placed):
    with make_pipeline() as pipeline:
        one = [(("recommendation", "", "c"), {1: Times(9, 4)})]
        _ = pipeline | beam.Create(one) | WriteCounts(str(tmp_path / "one"))
    found = run(tmp_path, replace(placed, places=count_files(str(tmp_path / "one"))), favours("c"), FEED)
    told = found["by_place"]["recommendation"]
    assert told["places"] == [[1, 9, 4, None, None]] and told["why_not"].startswith("no item was shown at several")
    assert found["candidates"]["recommendation"]["by_place"] == {"examples": 0, "users": 0, "left_out": 14}


def test_settings_of_places_are_kept_as_json():
    settings = replace(FEED, examination={"search": (1.0, 0.5)}, place_weight_cap=3.0)
    assert ComparisonSettings.from_json(settings.to_json()).examination["search"] == [1.0, 0.5]
    assert ComparisonSettings.from_json(settings.to_json()).place_weight_cap == 3.0
