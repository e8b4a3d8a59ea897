from tfx_pipeline.cli.experiment import table
from tfx_pipeline.experiment import Result
from tfx_pipeline.variants import Variant


def metrics(value, epoch=7):
    names = ("hit_rate_at_1", "hit_rate_at_5", "hit_rate_at_10", "ndcg_at_5", "ndcg_at_10", "mrr")
    return {name: value for name in names} | {"epoch": epoch, "ndcg_at_1": 0.9}


def test_the_table_has_a_row_for_each_variant():
    both = {"recommendation": metrics(0.25), "search": metrics(0.25, epoch=3) | {"mrr": 0.5}}
    results = [
        Result(Variant("complete", ()), both),
        Result(Variant("search alone", ("train.surfaces=[search]",)), {"search": metrics(0.125)}),
        Result(Variant("broken", ("a.b=c",)), {}, error="no such thing"),
    ]
    header, _, complete, search_alone, broken = table(results).splitlines()
    assert header.startswith("| variant | recommendation epoch | recommendation hit_rate_at_1 | ")
    assert header.endswith("| search mrr |")
    assert complete == "| complete | 7 | " + "0.2500 | " * 6 + "3 | " + "0.2500 | " * 5 + "0.5000 |"
    assert search_alone == "| search alone | " + " | " * 7 + "7 | " + " | ".join(["0.1250"] * 6) + " |"
    assert broken == "| broken | failed: no such thing |"
