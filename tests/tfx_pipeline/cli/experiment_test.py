from tfx_pipeline.cli.experiment import table
from tfx_pipeline.experiment import Result, Variant


def metrics(value):
    names = ("hit_rate_at_1", "hit_rate_at_10", "ndcg_at_5", "ndcg_at_10", "mrr")
    return {f"val_{name}_{surface}": value for name in names for surface in ("recommendation", "search")} | {"epoch": 7}


def test_the_table_has_a_row_for_each_variant():
    results = [
        Result(Variant("complete", ()), metrics(0.25) | {"val_mrr_search": 0.5}),
        Result(Variant("broken", ("a.b=c",)), {}, error="no such thing"),
    ]
    header, _, complete, broken = table(results).splitlines()
    assert header.startswith("| variant | epoch | recommendation hit_rate_at_1 | ")
    assert header.endswith("| search mrr |")
    assert complete == "| complete | 7 | " + "0.2500 | " * 9 + "0.5000 |"
    assert broken == "| broken | failed: no such thing |"
