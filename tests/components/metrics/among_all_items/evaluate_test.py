import pytest

from components.metrics.among_all_items.evaluate import evaluate
from components.metrics.among_all_items.metrics_file import read_catalogue_metrics
from schemas.canonical_event import Surface
from tests.support.behaviour_examples import behaviour_example, write_examples
from tests.support.catalogue_models import save_model_of_ranks
from tests.support.raw_files import make_pipeline


def test_metrics_of_all_files_and_both_surfaces(tmp_path):
    model_dir = save_model_of_ranks(tmp_path / "model")
    # The name of the positive is its rank; candidates of unequal number, and the positive anywhere.
    first = [behaviour_example(["2", "9"]), behaviour_example(["9", "12", "8"], positive=1)]
    second = [
        behaviour_example(["1"], surface=Surface.SEARCH, query="mug"),
        behaviour_example(["0"], surface=Surface.SEARCH, query="mug"),
        behaviour_example(["4", "5"], positive=-1),
    ]
    files = [write_examples(tmp_path / "1.gz", first), write_examples(tmp_path / "2.gz", second)]
    ranked = evaluate(make_pipeline, files, model_dir, str(tmp_path), batch_size=2)
    assert ranked == {"recommendation": 2, "search": 2, "overall": 4}
    metrics = read_catalogue_metrics(str(tmp_path))
    assert metrics["recommendation"]["mrr"] == pytest.approx((1 / 2 + 1 / 12) / 2)
    assert (metrics["search"]["mrr"], metrics["overall"]["hit_rate_at_100"]) == (0.5, 0.75)
    none = write_examples(tmp_path / "none.gz", second[2:])
    with pytest.raises(ValueError, match="No example has a positive to be ranked. Received: 1 files: .*none.gz"):
        evaluate(make_pipeline, [none], model_dir, str(tmp_path), batch_size=2)
