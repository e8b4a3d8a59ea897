import json

import numpy as np
import pytest

from components.metrics.by_user.user_gains import UserGains
from schemas.rank_metrics import rank_metrics
from tests.support.experiment_results import result
from tfx_pipeline.experiments.comparison_rows import rows
from tfx_pipeline.result_texts.experiment_text import WIDTH, markdown, text, values

FUSION = ("unisar.fusion=false",)


def gains(ndcg):
    sums = np.tile(np.array(ndcg)[:, np.newaxis], len(rank_metrics()))
    return {"search": UserGains(np.arange(len(ndcg)).astype(np.bytes_), np.ones(len(ndcg), int), sums)}


RESULTS = [
    # Of ten users, the second variant gains 0.9 less of one and as much of the others: t = -0.09 / 0.09 = -1, which
    # with 9 degrees of freedom has p = 0.3434.
    result("complete", 0, search=0.5, recommendation=0.25, epoch=3, gains=gains([0.5] * 10)),
    result("without fusion", 0, search=0.41, recommendation=0.25, changes=FUSION, gains=gains([0.5] * 9 + [-0.4])),
    result("broken", 0, error="no such thing"),
]
SECOND = [
    result("complete", 1, search=0.7, recommendation=0.35, epoch=5, gains=gains([0.7] * 10), seconds=30.0),
    result("without fusion", 1, search=0.61, recommendation=0.33, changes=FUSION, gains=gains([0.7] * 9 + [-0.2])),
]


def plain(results, left=0):
    return text(rows(results), results, left, str)


def test_one_seed():
    assert plain(RESULTS).splitlines() == [
        "variant         surface         NDCG@5   HR@5    difference  p       epoch",
        "complete        recommendation  0.2500*  0.2500                      3",
        "                search          0.5000*  0.5000                      3",
        "without fusion  recommendation  0.2500*  0.2500  +0.0000             1",
        "                search          0.4100   0.4100  -0.0900     0.3434  1",
        "",
        "* the best NDCG@5 of a surface.",
        "Validation split, one seed.",
        "difference: NDCG@5 minus that of `complete` with the same seed.",
        "p: how likely a difference as large is by the choice of 10 users alone (paired t test over users,",
        "  Holm's correction over 1 test). Another seed may change more: --seeds 3.",
        "No p where the validation examples are not those of `complete`.",
        "complete: nothing changed; 1,234 parameters; 1 min 5 s",
        "without fusion: unisar.fusion=false; 1,234 parameters; 1 min 5 s",
        "broken: nothing changed; failed with seed 17: no such thing",
    ]


def test_two_seeds():
    # Search: means of 0.5 and 0.7, deviation 0.2 / sqrt(2); both seeds differ by -0.09, so p is that of the users.
    # Feed: 0.00 and -0.02, deviation 0.02 / sqrt(2).
    lines = plain(RESULTS + SECOND, 1).splitlines()
    assert lines[:9] == [
        "variant         surface         NDCG@5            HR@5             difference        p       epoch",
        "complete        recommendation  0.3000 ± 0.0707*  0.3000 ± 0.0707                            3-5",
        "                search          0.6000 ± 0.1414*  0.6000 ± 0.1414                            3-5",
        "without fusion  recommendation  0.2900 ± 0.0566   0.2900 ± 0.0566  -0.0100 ± 0.0141          1",
        "                search          0.5100 ± 0.1414   0.5100 ± 0.1414  -0.0900 ± 0.0000  0.3434  1",
        "",
        "* the best NDCG@5 of a surface.",
        "So far; still to come: 1 of 6 trainings.",
        "Validation split, means ± standard deviations over seeds.",
    ]
    assert lines[9] == "difference: NDCG@5 minus that of `complete` with the same seeds."
    assert lines[10:12] == [
        "p: how likely a difference as large is by the choice of 10 users and of seeds alone (paired t test",
        "  over both, Holm's correction over 1 test).",
    ]
    assert lines[-3:-1] == [
        "complete: nothing changed; 1,234 parameters; 1 min 5 s and 30 s",
        "without fusion: unisar.fusion=false; 1,234 parameters; 1 min 5 s and 1 min 5 s",
    ]


def test_the_best_is_bold_where_that_can_be_seen():
    lines = text(rows(RESULTS), RESULTS, 0, lambda cell: f"<{cell}>").splitlines()
    assert "search          <0.5000*>  0.5000" in lines[2] and "<" not in lines[4]


def test_it_fits_the_terminal_however_long_names_and_changes_are():
    long = "UniSAR with category words and brand, the paper's losses alone, popularity corrected"
    changes = ("unisar.search_to_recommendation=false", "unisar.recommendation_to_search=false") * 2
    results = [
        result(name, turn, search=0.6 + turn / 10, recommendation=0.5, changes=changes, epoch=100 - turn)
        for turn in range(3)
        for name in (long, "unbroken" * 9)
    ]
    lines = plain(results).splitlines()
    assert max(map(len, lines)) <= WIDTH
    # The name goes on below, beside the second surface and under it.
    assert [line[:20].rstrip() for line in lines[1:10]] == [
        "UniSAR with category",
        "words and brand, the",
        "paper's losses",
        "alone, popularity",
        "corrected",
        "unbrokenunbrokenunbr",
        "okenunbrokenunbroken",
        "unbrokenunbrokenunbr",
        "okenunbroken",
    ]
    assert markdown(rows(results), results, 0).count(f"| {long} |") == 4


def test_nothing_was_trained():
    results = [result("complete", 0, error="no such thing")]
    assert plain(results) == "complete: nothing changed; failed with seed 17: no such thing"


def test_the_file_has_all_metrics_too():
    lines = markdown(rows(RESULTS), RESULTS, 0).splitlines()
    assert lines[:3] == [
        "| variant | surface | NDCG@5 | HR@5 | difference | p | epoch |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        "| complete | recommendation | **0.2500** | 0.2500 |  |  | 3 |",
    ]
    assert "* without fusion: unisar.fusion=false; 1,234 parameters; 1 min 5 s" in lines
    titles = "HR@1 | HR@5 | HR@10 | HR@20 | NDCG@5 | NDCG@10 | NDCG@20 | MRR@10 | MRR"
    wide = lines.index(f"| variant | surface | {titles} | epoch |")
    assert lines[wide + 3] == "| complete | search |" + " 0.5000 |" * 9 + " 3 |"
    bar = [result("a|b", 0, search=0.5)]
    assert markdown(rows(bar), bar, 0).splitlines()[2].startswith("| a\\|b | search |")


def test_a_metric_that_an_older_training_lacks_is_empty():
    old, new = result("complete", 0, search=0.5), result("wider", 0, search=0.25)
    del old.trained.metrics["search"]["hit_rate_at_20"]
    lines = markdown(rows([old, new]), [old, new], 0).splitlines()
    assert lines[-2].startswith("| complete | search | 0.5000 | 0.5000 | 0.5000 |  | 0.5000 |")
    assert lines[-1].startswith("| wider | search | 0.2500 | 0.2500 | 0.2500 | 0.2500 | 0.2500 |")


def test_the_values_are_those_of_each_training_and_of_the_comparison():
    told = json.loads(json.dumps(values(rows(RESULTS), RESULTS)))
    complete, fusion, broken = told["trainings"]
    assert (complete["variant"], complete["seed"], complete["parameters"], complete["seconds"]) == (
        "complete",
        17,
        1234,
        65.0,
    )
    assert complete["search"]["ndcg_at_5"] == 0.5 and complete["recommendation"]["epoch"] == 3
    assert fusion["changes"] == ["unisar.fusion=false"]
    assert broken == {"variant": "broken", "changes": [], "seed": 17, "error": "no such thing"}
    last = told["comparison"][-1]
    assert (last["variant"], last["surface"], last["seeds"], last["users"]) == ("without fusion", "search", [17], 10)
    assert last["difference"] == {"mean": pytest.approx(-0.09), "deviation": None}
    assert last["p"] == last["p_corrected"] == pytest.approx(0.3434, abs=5e-5)


def test_an_older_training_has_no_number_of_parameters():
    results = [result("complete", 0, search=0.5, parameters=None)]
    assert plain(results).endswith("complete: nothing changed; 1 min 5 s")


@pytest.mark.parametrize(("last", "p"), [(5.0, ""), (0.5, "<0.0001")])
def test_tiny_probabilities_and_few_users(last, p):
    few = 9 if not p else 10
    other = [0.1 + place / 1000 for place in range(few)]
    results = [
        result("complete", 0, search=0.5, gains=gains([0.5] * few)),
        result("worse", 0, search=0.1, gains=gains(other)),
    ]
    lines = plain(results).splitlines()
    assert lines[2].split() == ["worse", "search", "0.1000", "0.1000", "-0.4000", *([p] if p else []), "1"]
    assert ("No p with fewer than 10 users." in lines) == (not p)
