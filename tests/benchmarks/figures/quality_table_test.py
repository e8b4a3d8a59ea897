from benchmarks.figures.quality_table import as_markdown, rows


def compared(model, rules, metrics, **further):
    """Figures without intervals of their own; the model and each rule have one figure for each metric."""

    def figures(values):
        return {metric: [value, value - 0.01, value + 0.01] for metric, value in zip(metrics, values, strict=True)}

    return {"model": figures(model), "rules": {name: figures(values) for name, values in rules.items()}, **further}


ALL = ["ndcg_at_5", "ndcg_at_10", "hit_rate_at_100"]
RESULT = {
    "name": "cold",
    "seconds": 1234.4,
    "cpu_seconds": 321.0,
    "rules": {
        "candidates": {
            "recommendation": compared(
                [0.25],
                {"popularity": [0.3], "last_items": [0.1]},
                ["ndcg_at_5"],
                **{"users": 7, "difference": [-0.05, -0.1, 0.0], "beaten": False, "repeats": 2},
            ),
            "search": compared(
                [0.5],
                {"popularity": [0.2], "last_items": [0.4]},
                ["ndcg_at_5"],
                **{"users": 1_200, "difference": [0.1, 0.05, 0.15], "beaten": True, "repeats": 0},
            ),
        },
        # One rule is the best in one metric, another in the other.
        "catalogue": {"search": compared([0, 0.125, 0.75], {"a": [0, 0.25, 0.5], "b": [1, 0.0625, 0.875]}, ALL)},
    },
    "by_vectors": {"search": {"hit_rate_at_100": 0.625}},
    "achievable": {
        "candidates": {"search": {"process": {"ndcg_at_5": 0.9}, "timeless": {"ndcg_at_5": 0.6}}},
        "catalogue": {"search": {"process": {"ndcg_at_10": 0.375, "hit_rate_at_100": 1.0}}},
    },
}


def test_a_row_for_each_surface_search_first_with_the_best_rule_of_each_metric():
    search, feed = rows(RESULT)
    assert (search["surface"], search["users"], search["best_rule"], search["rule"]) == (
        "search",
        1200,
        "last_items",
        0.4,
    )
    assert search["model"] == [0.5, 0.49, 0.51] and search["achievable"] == [0.9, 0.6]
    hits = {"model": 0.75, "vectors": 0.625, "best_rule": "b", "rule": 0.875, "achievable": [1.0]}
    assert search["all_hit_rate_at_100"] == hits
    gains = {"model": 0.125, "vectors": None, "best_rule": "a", "rule": 0.25, "achievable": [0.375]}
    assert search["all_ndcg_at_10"] == gains
    (older, _) = rows({name: value for name, value in RESULT.items() if name != "by_vectors"})
    assert older["all_hit_rate_at_100"] == hits | {"vectors": None}
    assert (feed["best_rule"], feed["achievable"], feed["repeats"]) == ("popularity", [], 2)
    assert "all_ndcg_at_10" not in feed


def test_a_small_catalogue_has_no_hit_rate_of_the_first_hundred():
    of_some = compared([0, 0.125], {"a": [0, 0.25]}, ALL[:2])
    search, _ = rows({**RESULT, "rules": {**RESULT["rules"], "catalogue": {"search": of_some}}})
    assert "all_hit_rate_at_100" not in search and search["all_ndcg_at_10"]["model"] == 0.125


def test_the_table_is_bold_where_the_model_beats_the_best_rule_and_says_what_was_not_run():
    lines = as_markdown(rows(RESULT), {"beauty": "it needs --shared DIR"}).splitlines()
    assert len({line.count("|") for line in lines[:4]}) == 1
    assert lines[2] == (
        "| cold | search | 1,200 | **0.500** (0.490 to 0.510) | last_items | 0.400 | +0.100 (+0.050 to +0.150) "
        "| 0.900, 0.600 | 0.750 (0.625) | 0.875 (b) | 1.000 | 0.125 | 0.250 (a) | 0.375 | 1,234 (321) |"
    )
    assert lines[3] == (
        "| cold | recommendation | 7 | 0.250 (0.240 to 0.260) | popularity | 0.300 | -0.050 (-0.100 to +0.000) "
        "|  |  |  |  |  |  |  | 1,234 (321) |"
    )
    assert lines[4:] == ["", "* `beauty` was not run: it needs --shared DIR."]
    assert as_markdown([], {}).count("\n") == 2


def test_recbole_s_models_add_a_column_each_where_they_were_trained():
    trained = {
        "SASRec": {"surfaces": {"search": {"ndcg_at_10": [0.25, 0.2, 0.3], "mrr": [0.5, 0.5, 0.5]}}, "epochs": 7},
        "BERT4Rec": {"surfaces": {"search": {"ndcg_at_10": [0.125, 0.1, 0.15]}, "other": {}}, "epochs": 9},
    }
    header, _, search, feed, without, _ = as_markdown(
        [*rows(RESULT | {"recbole": trained}), *rows(RESULT | {"recbole": {}})], {}
    ).splitlines()
    names = "| RecBole's SASRec: NDCG@10 | RecBole's BERT4Rec: NDCG@10 | seconds (CPU) |"
    assert header.endswith(f"| all items: NDCG@10 | rule | achievable {names}")
    assert search.endswith("| 0.375 | 0.250 (0.200 to 0.300) | 0.125 (0.100 to 0.150) | 1,234 (321) |")
    assert feed.endswith("|  |  |  | 1,234 (321) |") and without.endswith("| 0.375 |  |  | 1,234 (321) |")
    assert len({line.count("|") for line in (header, search, feed, without)}) == 1
