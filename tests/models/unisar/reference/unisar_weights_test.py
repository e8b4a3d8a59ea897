import numpy as np
import pytest

from models.unisar.reference import unisar_weights
from models.unisar.unisar_model import UniSAR
from models.vocabulary import Attribute

SETTINGS = {
    "final_emb_size": 4,
    "item_feature_list": ["colour", "item_id", "caption"],
    "item_text_feature": ["caption"],
    "item_id_num": 7,
    "item_id_dim": 3,
    "colour_num": 5,
    "colour_dim": 2,
    "user_feature_list": ["user_id"],
    "user_id_num": 6,
    "user_id_dim": 2,
    "word_id_num": 9,
    "word_id_dim": 3,
    "max_query_word_len": 3,
    "max_rec_his_len": 4,
    "max_src_session_his_len": 5,
    "num_layers": 1,
    "num_heads": 2,
    "q_i_cl_weight": 0.0,
    "his_cl_weight": 0.2,
    "expert_units": [6],
    "shared_experts": 2,
    "task_experts": 1,
    "tower_units": [5, 3],
    "pred_hid_units": [4, 1],
}


def test_settings_become_a_configuration_and_a_vocabulary():
    config, vocabulary = unisar_weights.configuration(SETTINGS)
    assert (config.dim, config.recommendation_history, config.search_history) == (4, 4, 5)
    assert (config.expert_units, config.tower_units, config.prediction_units) == (6, (5, 3), (4,))
    assert (config.query_item_weight, config.history_alignment_weight) == (0.0, 0.2)
    assert config.contrasts_per_surface and not config.query_item_pairs and not config.history_alignment_rows
    assert vocabulary.item_attributes == (Attribute("colour", size=5, dim=2), Attribute("caption", words=3))
    assert vocabulary.user_attributes == ()


def test_a_projection_is_taken_over_in_the_order_of_our_attributes():
    config, vocabulary = unisar_weights.configuration(SETTINGS)
    encoder = UniSAR(config, vocabulary).embedding
    encoder.build()
    rows = unisar_weights._rows_in_our_order(encoder.items, "item_id", SETTINGS["item_feature_list"])
    # Theirs: colour (2), id (3), caption (4). Ours: id, colour, caption.
    assert rows.tolist() == [2, 3, 4, 0, 1, 5, 6, 7, 8]


WORDS = "query_embedding.query_encoder.word_embedding.weight"


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ({}, f"The reference's weights lack '{WORDS}'"),
        ({WORDS: np.zeros((8, 3))}, r"has the shape \(8, 3\), the model's weight \(9, 3\)"),
    ],
)
def test_says_which_parameter_is_missing_or_has_another_shape(weights, message):
    model = UniSAR(*unisar_weights.configuration(SETTINGS))
    model.build()
    with pytest.raises(ValueError, match=message):
        unisar_weights.load(model, weights, SETTINGS)


def test_refuses_experts_of_several_layers():
    with pytest.raises(ValueError, match=r"Experts of one layer can be taken over. Received: expert_units=\[8, 4\]"):
        unisar_weights.configuration(SETTINGS | {"expert_units": [8, 4]})
