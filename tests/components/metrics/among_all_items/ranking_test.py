import pytest

from components.metrics.among_all_items.ranking import RankInCatalogue
from schemas.canonical_event import Surface
from tests.support.behaviour_examples import behaviour_example
from tests.support.catalogue_models import save_model_of_ranks
from tests.support.rank_models import save_rank_model


def test_a_rank_for_each_example_that_has_a_positive(tmp_path):
    ranking = RankInCatalogue(save_model_of_ranks(tmp_path))
    ranking.setup()
    batch = [
        behaviour_example(["3", "5"], positive=1),
        behaviour_example(["3", "5"], positive=-1),
        behaviour_example(["0"], surface=Surface.SEARCH, query="mug"),
    ]
    assert list(ranking.process(batch)) == [("recommendation", 5), ("search", 0)]


def test_a_model_that_does_not_retrieve_is_refused(tmp_path):
    ranking = RankInCatalogue(save_rank_model(tmp_path))
    with pytest.raises(ValueError, match=r"signature `catalogue_ranks`, it has \['rank', 'serving_default'\]"):
        ranking.setup()
