"""What the further signatures may answer; `export/saved_model_test.py` has a real model that has them all."""

import numpy as np
import pytest

from components.servability_gate.checks.offered import try_offered
from components.servability_gate.checks.scores import RefusedError
from schemas import signatures
from schemas.canonical_event import Surface, Token
from schemas.score_map import ScoreMap
from tests.support.asked_models import AskedModel, example, signature_defs
from tests.support.listed_items import listed

SEEN = (Token(Surface.RECOMMENDATION, ("seen",)),)
EXAMPLES = [
    example(["a", "b"], history=SEEN),
    example(["a", "c"], surface=Surface.SEARCH, query="mug", history=SEEN),
]
SCORES = {b"a": 0.75, b"b": 0.5, b"seen": 0.25, b"": 0.0}
HISTORY_INPUTS = [name for name in signatures.RANK_INPUTS if name not in (signatures.RANK_CANDIDATES, "query")]
RETRIEVAL_INPUTS = [*HISTORY_INPUTS, signatures.K, signatures.EXCLUDE_SEEN, signatures.CATEGORY]
INPUTS = {
    signatures.RANK: signatures.RANK_INPUTS,
    signatures.RECOMMEND: RETRIEVAL_INPUTS,
    signatures.SEARCH: [*RETRIEVAL_INPUTS, signatures.RANK_QUERY],
    signatures.CATALOGUE_RANKS: [signatures.EXAMPLES],
    signatures.SESSIONS: [*HISTORY_INPUTS, signatures.SESSIONS_SURFACE],
}


def ranks_of(ranks, unseen=None):
    """An answer of `catalogue_ranks`."""
    return {signatures.RANKS: ranks, signatures.UNSEEN_RANKS: ranks if unseen is None else unseen}


def model(**otherwise):
    """A model that answers as it should, but for what a test gives it: signature to function of its inputs."""

    def retrieved(inputs):
        if inputs[signatures.CATEGORY].any():
            return found([[]] * len(inputs[signatures.K]))
        return found([["a", "b"] if each else ["a", "b", "seen"] for each in inputs[signatures.EXCLUDE_SEEN]])

    def ranked(inputs):
        rows = inputs[signatures.RANK_CANDIDATES].tolist()
        return {signatures.SCORES: np.array([[SCORES[item] for item in row] for row in rows], np.float32)}

    answers = {
        signatures.RANK: ranked,
        signatures.RECOMMEND: retrieved,
        signatures.SEARCH: retrieved,
        signatures.CATALOGUE_RANKS: lambda inputs: ranks_of(np.ones(len(inputs["examples"]), np.int64)),
        signatures.SESSIONS: lambda inputs: {signatures.SESSION_WINDOWS: np.zeros([len(inputs["surface"]), 3, 2])},
    }
    return AskedModel(INPUTS, answers | otherwise)


PRIORS = {b"a": -np.log(6), b"b": np.log(2), b"seen": np.log(9)}
AMONG_ALL = {"seen": 3 / 4, "b": 2 / 3, "a": 1 / 3}
"""`rank` gives seen, b and a the odds 1/3, 1 and 3."""


def tells(priors):
    """An `item_prior` that tells these."""
    return lambda inputs: {
        signatures.PRIOR: np.array([priors.get(item, 0) for item in inputs[signatures.ITEM_ID]], np.float32)
    }


def with_priors(listed_scores=None, priors=PRIORS, by_rank=None, **otherwise):
    """A model that has `item_prior`; lists score as they should, but for what a test gives."""
    scores = AMONG_ALL | (listed_scores or {})

    def retrieved(inputs):
        if inputs[signatures.CATEGORY].any():
            return found([[]] * len(inputs[signatures.K]))
        rows = [
            sorted({"a", "b"} if each else scores, key=lambda item: -scores[item]) for each in inputs["exclude_seen"]
        ]
        return found(rows, [[scores[item] for item in row] for row in rows])

    def ranked(inputs):
        rows = [[(SCORES | (by_rank or {}))[item] for item in row] for row in inputs[signatures.RANK_CANDIDATES]]
        return {signatures.SCORES: np.array(rows, np.float32)}

    answers = {name: retrieved for name in (signatures.RECOMMEND, signatures.SEARCH)}
    answers |= {signatures.RANK: ranked, signatures.ITEM_PRIOR: tells(priors)}
    made = model(**(answers | otherwise))
    made.signature_defs |= signature_defs({signatures.ITEM_PRIOR: [signatures.ITEM_ID]})
    return made


def found(rows, scores=None):
    """An answer of items with their scores."""
    return listed(rows, scores or [[SCORES[item.encode()] for item in row] for row in rows])


def test_a_model_that_answers_as_it_should_passes_and_is_asked_only_for_what_it_offers():
    good = model()
    try_offered(good, EXAMPLES, 1e-5)
    # Both rows together, both in no category, each alone, then `rank`; a search for the row that has a query.
    asked = [*["recommend"] * 4, "rank", *["search"] * 3, "rank", "catalogue_ranks", "sessions", "sessions"]
    assert [name for name, _ in good.asked] == asked
    recommended, searched = (inputs for name, inputs in good.asked if name == "rank")
    assert recommended[signatures.RANK_QUERY].tolist() == [b"", b""]
    assert searched[signatures.RANK_QUERY].tolist() == [b"mug"]
    offers_none = AskedModel({signatures.RANK: signatures.RANK_INPUTS}, {})
    try_offered(offers_none, EXAMPLES, 1e-5)
    assert not offers_none.asked


def refuses(reason, **otherwise):
    with pytest.raises(RefusedError, match=reason):
        try_offered(model(**otherwise), EXAMPLES, 1e-5)


@pytest.mark.parametrize(
    ("items", "scores", "reason"),
    [
        (["a", "seen"], None, "answered what a row had seen and asked to leave out"),
        (["b", "a"], None, "did not put the best item first"),
        (["a", "a"], None, "answered an item twice, or padding before an item"),
        (["a", "", "b"], lambda rows: [0.75, 0.75, 0.5], "answered an item twice, or padding before an item"),
        (["a"], lambda rows: [np.nan], "gave scores that are not finite"),
        (["a"], lambda rows: [0.7], "and `rank` score the same items differently, by up to 0.05"),
        (["a"], lambda rows: [0.75 / rows], "scores differently alone and together with others, by up to 0.375"),
    ],
)
def test_refuses_any_other_list_of_items(items, scores, reason):
    def recommend(inputs):
        rows = len(inputs[signatures.K])
        if inputs[signatures.CATEGORY].any():
            return found([[]] * rows)
        return found([items] * rows, scores and [scores(rows)] * rows)

    refuses(f"`recommend`.* {reason}", recommend=recommend)


NOT_STRINGS = {signatures.ITEMS: np.zeros([2, 10], np.int64)}
NOT_RANKS = [ranks_of(np.array(ranks)) for ranks in ([1, -1], [1.0, 2.0], [1])]
NOT_UNSEEN = [ranks_of(np.array([1, 2]), np.array(ranks)) for ranks in ([1, -1], [1.0, 2.0], [1])]
NOT_UNSEEN += [{signatures.RANKS: np.array([1, 2])}]
NOT_BY_VECTORS = [ranks_of(np.array([1, 2])) | {signatures.VECTOR_RANKS: np.array([-1, 1])}]
NOT_FINITE = {signatures.SESSION_WINDOWS: np.full([2, 1, 2], np.inf)}


@pytest.mark.parametrize(
    ("signature", "outputs", "reason"),
    [
        ("recommend", found([["a"]] * 2), "signature `recommend` answered items of a category that there is not"),
        (
            "recommend",
            NOT_STRINGS,
            r"strings `items` and float32 `scores` \[2, 10\] .* int64 `items` \[2, 10\]",
        ),
        *[("catalogue_ranks", each, r"should answer int64 `ranks` of 0 or more \[2\] \(batch\)") for each in NOT_RANKS],
        *[("catalogue_ranks", each, r"should answer int64 `unseen_ranks` of 0 or more") for each in NOT_UNSEEN],
        *[("catalogue_ranks", each, r"should answer int64 `vector_ranks` of 0 or more") for each in NOT_BY_VECTORS],
        ("sessions", NOT_FINITE, r"should answer finite numbers for 2 rows, `windows` are \[2, 1, 2\]"),
        ("sessions", RuntimeError("no luck"), "signature `sessions` failed: no luck"),
    ],
)
def test_refuses_any_other_answer(signature, outputs, reason):
    refuses(reason, **{signature: outputs})


def with_sources(sources, scores=(0.75, 0.5)):
    """A `recommend` that tells these sources of its two items."""

    def recommend(inputs):
        rows = len(inputs[signatures.K])
        if inputs[signatures.CATEGORY].any():
            return found([[]] * rows) | {signatures.SOURCES: np.full([rows, 10], b"", object)}
        told = np.array([[each.encode() for each in sources] + [b""] * (10 - len(sources))] * rows, object)
        return found([["a", "b"]] * rows, [list(scores)] * rows) | {signatures.SOURCES: told}

    return recommend


def test_sources_are_told_and_only_popularity_may_have_scores_of_its_own():
    try_offered(model(recommend=with_sources(["words", "popularity"])), EXAMPLES, 1e-5)
    try_offered(model(recommend=with_sources(["popularity"] * 2, scores=(0.25, 0.125))), EXAMPLES, 1e-5)
    refuses("score the same items differently", recommend=with_sources(["words", "popularity"], scores=(0.25, 0.125)))


@pytest.mark.parametrize("sources", [["words"], ["words", "luck"], ["words", "words", "words"]])
def test_refuses_items_without_a_known_source_and_padding_with_one(sources):
    refuses("`recommend` should tell one of vectors, words,.* of each item, and an", recommend=with_sources(sources))


def test_lists_whose_log_odds_are_those_of_rank_and_the_item_s_prior_pass():
    good = with_priors()
    try_offered(good, EXAMPLES, 1e-5)
    # After the list of both rows, of which all items are asked for at once; at last the candidates, a, b and c.
    assert [name for name, _ in good.asked][:2] == ["recommend", "item_prior"]
    assert [name for name, _ in good.asked].count("item_prior") == 2 + 1 + 3


@pytest.mark.parametrize(
    ("of", "reason"),
    [
        # As without a prior.
        ({"listed_scores": {"a": 3 / 4, "b": 1 / 2, "seen": 1 / 4}}, "log-odds differ by up to 2.2"),
        ({"listed_scores": {"b": 0.6666}}, "log-odds differ by up to 0.0003"),
        # An item of another ranker, and one of another prior.
        ({"by_rank": {b"a": 0.7}}, "log-odds differ by up to 0.251"),
        ({"priors": PRIORS | {b"seen": np.log(9.01)}}, "log-odds differ by up to 0.00111"),
        # Scores are small: their log-odds differ, though they do so by less than 1e-5 themselves.
        ({"listed_scores": {"a": 2e-6}, "by_rank": {b"a": 6e-6}}, "log-odds differ by up to 0.693"),
        ({"listed_scores": {"seen": 1.0}}, "log-odds differ by up to"),
    ],
)
def test_refuses_lists_whose_log_odds_differ_from_those_of_rank_by_more_than_the_prior(of, reason):
    with pytest.raises(RefusedError, match=f"`recommend` and `rank` score the same .*: with the `prior` .*{reason}"):
        try_offered(with_priors(**of), EXAMPLES, 1e-5)


@pytest.mark.parametrize(("surface", "passes"), [("recommendation", True), ("search", False)])
def test_calibrated_lists_add_the_line_through_the_prior(surface, passes):
    """As if `rank` had half the log-odds and lists a level that is ln 3 higher: recommendations alone do."""
    line = {"slope": 0.5, "list_shift": np.log(3)}

    def recommend(inputs):
        rows = len(inputs[signatures.K])
        if inputs[signatures.CATEGORY].any():
            return found([[]] * rows)
        odds = 3 * np.sqrt(np.exp(PRIORS[b"a"])) * SCORES[b"a"] / (1 - SCORES[b"a"])
        return found([["a"]] * rows, [[odds / (1 + odds)]] * rows)

    asked = with_priors(by_rank=SCORES, recommend=recommend, search=found([[]]))
    asked.score_maps = {surface: ScoreMap(**line)}
    if passes:
        try_offered(asked, EXAMPLES, 1e-5)
    else:
        with pytest.raises(RefusedError, match="`recommend` and `rank` score the same .*: with the `prior` "):
            try_offered(asked, EXAMPLES, 1e-5)


@pytest.mark.parametrize(("alone", "passes"), [(16 / 33, True), (0.45, False)])
def test_alone_a_list_may_differ_by_what_the_last_bit_of_rank_makes_of_it(alone, passes):
    """Scores of `rank` near 1 - 2^-20 differ by 2^-24, so their odds are about 2^20 and 2^20 * 16 / 17. The prior
    leaves 1 and 16 / 17 of them: scores of 1 / 2 and 16 / 33."""

    def recommend(inputs):
        rows = len(inputs[signatures.K])
        if inputs[signatures.CATEGORY].any():
            return found([[]] * rows)
        return found([["a"]] * rows, [[0.5 if rows > 1 else alone]] * rows)

    priors, by_rank = PRIORS | {b"a": -20 * np.log(2)}, {b"a": 1 - 2.0**-20}
    asked = with_priors(priors=priors, by_rank=by_rank, recommend=recommend, search=found([[]]))
    if passes:
        try_offered(asked, EXAMPLES, 1e-5)
    else:
        with pytest.raises(RefusedError, match="`recommend` scores differently alone and together with others"):
            try_offered(asked, EXAMPLES, 1e-5)


def test_scores_of_padding_and_of_popularity_alone_are_checked_as_without_priors():
    padded = found([["b", "a"]] * 2, [[2 / 3, 1 / 3, 0.1]] * 2)
    none = found([[]] * 2)
    with pytest.raises(RefusedError, match="`recommend` scored padding"):
        try_offered(
            with_priors(
                recommend=lambda inputs: {
                    name: each[: len(inputs[signatures.K])]
                    for name, each in (none if inputs[signatures.CATEGORY].any() else padded).items()
                }
            ),
            EXAMPLES,
            1e-5,
        )
    popular = with_sources(["popularity"] * 2, scores=(0.25, 0.125))
    try_offered(with_priors(recommend=popular), EXAMPLES, 1e-5)
