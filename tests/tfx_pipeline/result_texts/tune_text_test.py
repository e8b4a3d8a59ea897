from tfx_pipeline.result_texts import tune_text
from tfx_pipeline.tuning.trial_results import TrialResult

TRIALS = [
    TrialResult(1, {"unisar.dim": 8, "train.learning_rate": 0.001}, 0.25, {}, 4, 7, True, seconds=61),
    TrialResult(2, {"unisar.dim": 16, "train.learning_rate": 0.012345}, error="the loss is nan.\nmore", seconds=3),
    TrialResult(3, {"unisar.dim": 8, "train.learning_rate": 0.1}, 0.5, {}, 2, 3, stopped_at=3, seconds=20),
    TrialResult(4, {"unisar.dim": 8, "train.learning_rate": 0.1}, 0.125, {}, 1, 1, goes_on_from=3, seconds=1),
]


def test_the_best_trial_comes_first_and_those_that_failed_last():
    assert tune_text.text(TRIALS).splitlines() == [
        "trial  NDCG@5   epoch   time       values",
        "3      0.5000*  2 of 3  20 s       dim 8, learning_rate 0.1; stopped early",
        "1      0.2500   4 of 7  1 min 1 s  dim 8, learning_rate 0.001; as configured",
        "4      0.1250   1 of 1  1 s        dim 8, learning_rate 0.1; goes on from trial 3",
        "2      failed           3 s        dim 16, learning_rate 0.012345; the loss is nan.",
        "",
        "* the best NDCG@5 on the validation split, the mean over the surfaces; of one seed.",
    ]


def test_it_fits_a_terminal_however_many_fields_there_are():
    values = {f"unisar.a_field_with_a_long_name_{place}": place / 3 for place in range(12)}
    lines = tune_text.text([TrialResult(1, values, 0.5, {}, 2, 3, seconds=4000)]).splitlines()
    assert max(map(len, lines)) <= 100
    told = " ".join(line.strip() for line in lines)
    assert all(name.removeprefix("unisar.") in told for name in values)
    assert len(lines) > 6 and lines[2].startswith(" " * 20)


def test_fields_of_one_name_keep_their_sections():
    trial = TrialResult(1, {"unisar.dropout": 0.1, "other.dropout": 0.2, "unisar.tower_units": [8, 4]})
    assert tune_text.values(trial) == "unisar.dropout 0.1, other.dropout 0.2, unisar.tower_units 8 4"


def test_the_file_says_what_was_searched_and_what_came_out():
    assert tune_text.comments(TRIALS, ["unisar.dim: 8, 16"], "shop.yaml", "random") == [
        "shop.yaml, tuned: 4 trials (random, 1 of them failed).",
        "Searched:",
        "  unisar.dim: 8, 16",
        "Best: trial 3, NDCG@5 0.5000 on the validation split after epoch 2.",
        "With the values that it had before: 0.2500.",
        "Only these fields differ from the configuration that was searched:",
        "  unisar.dim: 8",
        "  train.learning_rate: 0.1",
    ]
