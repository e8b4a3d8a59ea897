"""Loads weights that were trained with the PyTorch code of UniSAR's authors into our model.

The reference is TengShi-RUC/UniSAR on GitHub. It has its settings in two places: constants of the data set and
arguments of the model. Both are read here from one mapping. `README.md` of the folder above shows the steps.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from models.torch_weights import TorchWeights, Weights
from models.unisar.unisar_config import UniSARConfig
from models.vocabulary import Attribute, Vocabulary

if TYPE_CHECKING:
    from models.unisar.unisar_model import UniSAR


def configuration(settings: Mapping[str, Any]) -> tuple[UniSARConfig, Vocabulary]:
    """Translates the reference's settings to our configuration and vocabulary.

    The contrastive losses take all pairs and all rows, for each surface, as in the reference. A setting that is missing
    takes the reference's default.

    Args:
        settings: The reference's constants (`item_id_num`, `item_feature_list`, `max_rec_his_len`, …) and arguments
            (`num_layers`, `his_cl_weight`, …) by name.

    Raises:
        ValueError: The experts have more than one layer.
    """
    expert_units = settings.get("expert_units", [64])
    if len(expert_units) != 1:
        raise ValueError(f"Experts of one layer can be taken over. Received: expert_units={list(expert_units)}")
    tower_units = tuple(settings.get("tower_units", (128, 64)))
    config = UniSARConfig(
        dim=settings["final_emb_size"],
        user_dim=settings["user_id_dim"],
        item_dim=settings["item_id_dim"],
        word_dim=settings["word_id_dim"],
        num_heads=settings.get("num_heads", 2),
        num_layers=settings.get("num_layers", 1),
        dropout=settings.get("dropout", 0.1),
        recommendation_history=settings["max_rec_his_len"],
        search_history=settings["max_src_session_his_len"],
        expert_units=expert_units[0],
        shared_experts=settings.get("shared_experts", 4),
        task_experts=settings.get("task_experts", 4),
        tower_units=tower_units,
        prediction_units=tuple(settings.get("pred_hid_units", (200, 80, 1)))[:-1],
        search_weight=settings.get("src_loss_weight", 0.1),
        query_item_weight=settings.get("q_i_cl_weight", 0.001),
        query_item_temperature=settings.get("q_i_cl_temp", 0.5),
        query_item_negatives=settings.get("infoNCE_neg_sample", 1024),
        query_item_pairs=0,
        history_alignment_weight=settings.get("his_cl_weight", 0.1),
        history_alignment_temperature=settings.get("his_cl_temp", 0.1),
        history_alignment_rows=0,
        contrasts_per_surface=True,
    )
    vocabulary = Vocabulary(
        users=settings["user_id_num"],
        items=settings["item_id_num"],
        words=settings["word_id_num"],
        item_attributes=_attributes(settings, "item"),
        user_attributes=_attributes(settings, "user"),
    )
    return config, vocabulary


def _attributes(settings: Mapping[str, Any], entity: str) -> tuple[Attribute, ...]:
    texts = settings.get(f"{entity}_text_feature", ())
    return tuple(
        Attribute(name, words=settings["max_query_word_len"])
        if name in texts
        else Attribute(name, size=settings[f"{name}_num"], dim=settings[f"{name}_dim"])
        for name in settings[f"{entity}_feature_list"]
        if name != f"{entity}_id"
    )


def load(model: "UniSAR", weights: Weights, settings: Mapping[str, Any]) -> None:
    """Assigns the reference's weights to a built model.

    Args:
        model: A model built from what `configuration(settings)` returned.
        weights: What `models.torch_weights.read_state_dict` returned.
        settings: The settings given to `configuration`. The order of their feature lists is the order of the
            projections' inputs.

    Raises:
        ValueError: A parameter is missing, or its shape is not that of the model's weight.
    """
    source = TorchWeights(weights)
    _load_embedding(model, source, settings)
    _load_extraction(model, source)
    for kind, prefix in (("recommendation", "rec"), ("search", "src")):
        for index, block in enumerate(model.fusions[kind].blocks):
            _load_decoder_block(block, source, f"{prefix}_cross_fusion.layers.{index}")
        source.assign(model.interests[kind].similarity.kernel, f"{prefix}_his_attn_pooling.W", lambda value: value[0])
    _load_contrasts(model, source)
    _load_experts(model, source)


def _load_embedding(model: "UniSAR", source: TorchWeights, settings: Mapping[str, Any]) -> None:
    embedding = model.embedding
    source.assign(embedding.texts.word_embedding, "query_embedding.query_encoder.word_embedding.weight")
    source.dense(embedding.texts.projection, "query_embedding.query_trans")
    for entity, encoder in (("item", embedding.items), ("user", embedding.users)):
        prefix = f"session_embedding.{entity}_feat"
        source.assign(encoder.id_embedding, f"{prefix}.{entity}_id_emb.weight")
        for name, variable in encoder.attribute_embeddings.items():
            source.assign(variable, f"{prefix}.{name}_emb.weight")
        order = _rows_in_our_order(encoder, f"{entity}_id", settings[f"{entity}_feature_list"])
        kernel = f"{prefix}.{entity}_trans.weight"
        source.put(encoder.projection.kernel, source.get(kernel).T[order], kernel)
        source.assign(encoder.projection.bias, f"{prefix}.{entity}_trans.bias")
    source.assign(embedding.recommendation_query, "rec_query")


def _rows_in_our_order(encoder: Any, id_name: str, feature_list: list[str]) -> np.ndarray:
    """The rows of the reference's projection in our order: we put the id first, it may put it anywhere."""
    widths = {id_name: encoder.id_dim}
    for each in encoder.attributes:
        widths[each.name] = encoder.text_encoder.dim if each.is_text else each.dim
    starts = dict(zip(feature_list, np.cumsum([0, *(widths[name] for name in feature_list)]), strict=False))
    return np.concatenate([starts[name] + np.arange(width) for name, width in widths.items()])


def _load_extraction(model: "UniSAR", source: TorchWeights) -> None:
    extraction = model.extraction
    for positions, blocks, place, transformer in (
        (extraction.cross_positions, extraction.cross_encoder, "global_pos_emb", "global_transformer"),
        (extraction.recommendation_positions, extraction.recommendation_encoder, "rec_pos", "rec_transformer"),
        (extraction.search_positions, extraction.search_encoder, "src_pos", "src_transformer"),
    ):
        source.assign(positions.embedding, f"{place}.pe.weight")
        for index, block in enumerate(blocks):
            name = f"{transformer}.transformer_encoder.layers.{index}"
            attention = getattr(block, "attention", block)
            _load_self_attention(attention, source, f"{name}.self_attn")
            _load_norm(block.residual.norm, source, f"{name}.norm1")
            _load_feed_forward(block.feed_forward, source, name, "norm2")


def _load_norm(layer: Any, source: TorchWeights, name: str) -> None:
    source.assign(layer.scale, f"{name}.weight")
    source.assign(layer.offset, f"{name}.bias")


def _load_self_attention(layer: Any, source: TorchWeights, name: str) -> None:
    source.assign(layer.query_key_value.kernel, f"{name}.in_proj_weight", np.transpose)
    source.assign(layer.query_key_value.bias, f"{name}.in_proj_bias")
    source.dense(layer.output_projection, f"{name}.out_proj")


def _load_feed_forward(layer: Any, source: TorchWeights, name: str, norm: str) -> None:
    source.dense(layer.inner, f"{name}.linear1")
    source.dense(layer.outer, f"{name}.linear2")
    _load_norm(layer.residual.norm, source, f"{name}.{norm}")


def _load_decoder_block(block: Any, source: TorchWeights, name: str) -> None:
    _load_self_attention(block.self_attention, source, f"{name}.self_attn")
    _load_norm(block.self_residual.norm, source, f"{name}.norm1")
    cross, dim = block.cross_attention, block.cross_attention.query.units
    source.assign(cross.query.kernel, f"{name}.multihead_attn.in_proj_weight", lambda value: value[:dim].T)
    source.assign(cross.query.bias, f"{name}.multihead_attn.in_proj_bias", lambda value: value[:dim])
    source.assign(cross.key_value.kernel, f"{name}.multihead_attn.in_proj_weight", lambda value: value[dim:].T)
    source.assign(cross.key_value.bias, f"{name}.multihead_attn.in_proj_bias", lambda value: value[dim:])
    source.dense(cross.output_projection, f"{name}.multihead_attn.out_proj")
    _load_norm(block.cross_residual.norm, source, f"{name}.norm2")
    _load_feed_forward(block.feed_forward, source, name, "norm3")


def _load_contrasts(model: "UniSAR", source: TorchWeights) -> None:
    contrasts = model.contrasts
    if contrasts.query_item is not None:
        source.assign(contrasts.query_item.similarity, "feature_alignment.infoNCE_loss.weight_matrix")
        source.assign(contrasts.query_item.learned_temperature, "feature_alignment.infoNCE_loss.temp")
    for layer, name in ((contrasts.recommendation_alignment, "rec_his_cl"), (contrasts.search_alignment, "src_his_cl")):
        if layer is not None:
            source.assign(layer.similarity, f"{name}.weight_matrix")
            source.assign(layer.learned_temperature, f"{name}.infoNCE_temp")


def _load_experts(model: "UniSAR", source: TorchWeights) -> None:
    experts = model.experts

    def stack(target: Any, names: list[str]) -> None:
        kernel, bias = target
        source.put(kernel, np.concatenate([source.get(f"{name}.weight").T for name in names], axis=-1), names[0])
        source.put(bias, np.concatenate([source.get(f"{name}.bias") for name in names]), names[0])

    if experts.shared is not None:
        stack(experts.shared, [f"ple_layer.share_experts.0.{index}.mlp.0" for index in range(experts.shared_experts)])
    for task, fully_connected in enumerate(("rec_fc_layer", "src_fc_layer")):
        if experts.own[task] is not None:
            stack(
                experts.own[task],
                [f"ple_layer.task_experts.0.{task}.{index}.mlp.0" for index in range(experts.task_experts)],
            )
        if experts.gates[task] is not None:
            stack(experts.gates[task], [f"ple_layer.task_gates.0.{task}.0"])
        # In the reference, a dense layer, its ReLU and its dropout count as three layers.
        config, head = model.config, model.heads[task]
        names = [f"ple_layer.tower.{task}.mlp.{3 * index}" for index in range(len(config.tower_units))]
        names += [f"{fully_connected}.fc.{3 * index}" for index in range(len(config.prediction_units) + 1)]
        for layer, name in zip((*head.hidden, head.logit), names, strict=True):
            source.dense(layer, name)
