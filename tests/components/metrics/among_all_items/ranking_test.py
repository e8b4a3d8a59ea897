import pytest

from components.metrics.among_all_items.ranking import RankInCatalogue
from tests.support.rank_models import save_rank_model


def test_a_model_that_does_not_retrieve_is_refused(tmp_path):
    """`evaluate_test.py` has one that does."""
    ranking = RankInCatalogue(save_rank_model(tmp_path), exclude_seen=True)
    with pytest.raises(ValueError, match=r"signature `catalogue_ranks`, it has \['rank', 'serving_default'\]"):
        ranking.setup()
