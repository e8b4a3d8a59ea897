import pytest

from models.unisar.contrasts import HISTORY_ALIGNMENT_LOSS, QUERY_ITEM_LOSS
from schemas.rank_metrics import rank_metrics
from tests.support import small_models
from tfx_pipeline.training.event_logs.tags import name_of, tag_of


@pytest.mark.parametrize(
    ("name", "tag"),
    [
        ("ndcg_at_5_search", "ndcg@5/search"),
        ("ndcg_at_5", "ndcg@5/mean"),
        ("hit_rate_at_10_recommendation", "hr@10/recommendation"),
        ("mrr", "mrr/mean"),
        ("mrr_search", "mrr/search"),
        ("loss", "loss/total"),
        ("click_loss_search", "loss/click/search"),
        (QUERY_ITEM_LOSS, "loss/query_item"),
        (HISTORY_ALIGNMENT_LOSS, "loss/alignment"),
        # With `contrasts_per_surface`.
        (f"{HISTORY_ALIGNMENT_LOSS}_search", "loss/alignment/search"),
        ("next_item_loss_recommendation", "loss/next_item/recommendation"),
        ("learning_rate", "optimizer/learning_rate"),
        ("gradient_cosine", "gradient_cosine/all"),
        ("gradient_cosine_embedding", "gradient_cosine/embedding"),
        # A layer that is named for a surface is no surface of it.
        ("gradient_cosine_recommendation_fusion", "gradient_cosine/recommendation_fusion"),
        ("something_new", "something_new"),
    ],
)
def test_a_tag_is_a_group_what_it_is_and_its_surface(name, tag):
    assert tag_of(name) == tag
    assert name_of(tag) == (name if "/" in tag else None)


@pytest.mark.parametrize(
    "tag", ["loss", "loss_by_step/total", "weight_norm/all", "gates/search/sas", "speed/seconds_per_epoch"]
)
def test_what_is_no_number_of_fit_has_no_name(tag):
    assert name_of(tag) is None


@pytest.mark.parametrize("make", [small_models.unisar, small_models.unifiedssr])
def test_all_that_a_model_logs_is_in_a_few_groups_and_no_two_names_have_one_tag(make):
    model = make()
    model.get_metrics_result()
    names = {"loss", *(name for name in model.get_metrics_result())}
    tags = [tag_of(name) for name in names]
    assert len(set(tags)) == len(names) > 20
    assert set(map(name_of, tags)) == names
    assert {tag.split("/")[0] for tag in tags} == {"loss", *(each.label.lower() for each in rank_metrics())}
