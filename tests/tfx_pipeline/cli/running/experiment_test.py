from tfx_pipeline.cli.running.experiment import table
from tfx_pipeline.config.variants import Variant
from tfx_pipeline.runners.experiment_runner import Result


def metrics(value, epoch=7):
    names = [f"{stem}_at_{k}" for stem in ("hit_rate", "ndcg") for k in (1, 5, 10)]
    return {name: value for name in (*names, "mrr")} | {"epoch": epoch, "loss": 0.9}


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
    assert complete == "| complete | 7 | " + "0.2500 | " * 7 + "3 | " + "0.2500 | " * 6 + "0.5000 |"
    assert search_alone == "| search alone | " + " | " * 8 + "7 | " + " | ".join(["0.1250"] * 7) + " |"
    assert broken == "| broken | failed: no such thing |"
