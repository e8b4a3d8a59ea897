"""The rules and a model on tiny logs, through real Beam and a real SavedModel."""

import json
from dataclasses import replace

import pytest
import tensorflow as tf

from components.baselines.compare import ComparedFiles, ComparisonSettings, compare
from components.baselines.example_ranking import user_hash
from components.behaviour_example_gen.examples import behaviour_examples
from schemas import features, signatures
from schemas.canonical_event import Event, Surface, Token
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
