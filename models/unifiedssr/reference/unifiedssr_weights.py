"""Loads weights that were trained with the PyTorch code of UnifiedSSR's authors into our model.

The reference is JennyXieJiayi/UnifiedSSR on GitHub. Its weights were trained with its peculiarities, so the model must
have them too. `README.md` of the folder above shows the steps.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from models.torch_weights import TorchWeights, Weights
from models.unifiedssr.unifiedssr_config import UnifiedSSRConfig
from models.vocabulary import Vocabulary

if TYPE_CHECKING:
    from models.unifiedssr.unifiedssr_model import UnifiedSSR

_START_AND_END_OF_QUERY = 2


def configuration(settings: Mapping[str, Any]) -> tuple[UnifiedSSRConfig, Vocabulary]:
    """Translates the reference's settings to our configuration and vocabulary.

    Args:
        settings: Its arguments by name (`emb_size`, `enc_num_layer`, `sub_seq_num`, …), with `user_vocab`,
            `product_vocab` and `term_vocab`.
    """
    dim = settings["emb_size"]
    config = UnifiedSSRConfig(
        dim=dim,
        hidden_dim=settings.get("hid_size") or 2 * dim,
        num_heads=settings.get("num_head", 4),
        num_layers=settings.get("enc_num_layer", 2),
        dropout=settings.get("dropout", 0.5),
        sessions=settings.get("sub_seq_num", 2),
        session_weight=settings.get("corr_factor", 0.1),
        negatives=settings.get("train_num_neg", 4),
        reference_peculiarities=True,
    )
    vocabulary = Vocabulary(
        users=settings["user_vocab"],
        items=settings["product_vocab"],
        words=settings["term_vocab"] + _START_AND_END_OF_QUERY,
    )
    return config, vocabulary


def load(model: "UnifiedSSR", weights: Weights) -> None:
    """Assigns the reference's weights to a built model.

    Args:
        model: A model built from what `configuration(settings)` returned.
        weights: What `models.torch_weights.read_state_dict` returned.

    Raises:
        ValueError: A parameter is missing, or its shape is not that of the model's weight.
    """
    source = TorchWeights(weights)
    embedding, encoder, windows = model.embedding, model.encoder, model.session_windows
    source.assign(embedding.user_table, "u_embed.lut.weight")
    source.assign(embedding.item_table, "p_embed.lut.weight")
    source.assign(embedding.texts.word_embedding, "q_t_embed.lut.weight")
    for index, block in enumerate(encoder.blocks):
        _load_block(block, source, f"encoder.layers.{index}")
    _load_norm(encoder.norm, source, "encoder.norm")
    source.assign(windows.offset_kernel, "seq_partition.offset_predictor.weight", np.transpose)
    source.assign(windows.width_bias, "seq_partition.sub_seq_coder.width_bias")
    source.assign(model.reference_share, "next_product_search_w")


def _load_block(block: Any, source: TorchWeights, name: str) -> None:
    own, cross = ([f"{name}.{kind}_attn.linears.{part}" for part in range(4)] for kind in ("self", "cross"))
    source.dense(block.self_attention.query_key_value, *own[:3])
    source.dense(block.self_attention.output_projection, own[3])
    source.dense(block.cross_attention.query, cross[0])
    source.dense(block.cross_attention.key_value, *cross[1:3])
    source.dense(block.cross_attention.output_projection, cross[3])
    source.dense(block.inner, f"{name}.feed_forward.w_1")
    source.dense(block.outer, f"{name}.feed_forward.w_2")
    for index, norm in enumerate((block.self_norm, block.cross_norm, block.feed_forward_norm)):
        _load_norm(norm, source, f"{name}.sublayer.{index}.norm")


def _load_norm(norm: Any, source: TorchWeights, name: str) -> None:
    source.assign(norm.scale, f"{name}.a_2")
    source.assign(norm.offset, f"{name}.b_2")
