import pytest
import tensorflow as tf

from components.judged_queries.search_asking import UNKNOWN_USER, search_answers
from schemas import signatures
from tests.support.rank_models import save_rank_model, signature_of
from tests.support.retrieval_models import save_retrieval_model


def test_each_query_is_answered_best_first_over_all_batches(tmp_path):
    catalogue = {f"item{number}": -number / 10 for number in range(40)}
    model_dir = save_retrieval_model(tmp_path, catalogue, context={"device": tf.string})
    # An item whose id is the query comes first; 35 queries are more than a batch.
    answers = search_answers(model_dir, [f"item{number}" for number in range(35)], 3)
    assert answers[0] == ["item0", "item1", "item2"] and answers[1] == ["item1", "item0", "item2"]
    assert [first for first, *_ in answers] == [f"item{number}" for number in range(35)]
    assert len(search_answers(model_dir, ["item1"], 100)[0]) == 40, "padding is no answer"


def test_nobody_asks_whose_history_is_empty_at_no_time(tmp_path):
    """The model answers with what it was told."""
    further = {signatures.RANK_TIMESTAMP_MS: tf.int64, "device": tf.string}

    @signature_of(signatures.SEARCH, further)
    def search(**request):
        told = [
            request[signatures.RANK_USER_ID],
            request[signatures.RANK_QUERY],
            tf.strings.as_string(request[signatures.RANK_TIMESTAMP_MS]),
            tf.strings.join(["<", request["device"], ">"]),
            tf.strings.as_string(request[signatures.EXCLUDE_SEEN]),
        ]
        shapes = [tf.shape(request[name])[1] for name in (signatures.RANK_HISTORY_ITEMS, signatures.CATEGORY)]
        columns = tf.repeat(tf.strings.as_string([shapes]), tf.size(told[0]), axis=0)
        items = tf.concat([tf.stack(told, axis=1), columns], axis=1)
        return {signatures.ITEMS: items, signatures.SCORES: tf.zeros(tf.shape(items))}

    tf.saved_model.save(tf.Module(), str(tmp_path), signatures={signatures.SEARCH: search})
    assert search_answers(str(tmp_path), ["mug"], 7) == [[UNKNOWN_USER, "mug", "-1", "<>", "false", "0", "0"]]


def test_a_model_without_search_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"signature `search`, it has \['rank', 'serving_default'\]"):
        search_answers(save_rank_model(tmp_path), ["mug"], 5)
