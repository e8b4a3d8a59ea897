"""By which transition UniSAR's fused histories came to be what they are, as shares that add up to 1."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from keras import ops

from models.layers.attention.dot_product_attention import attend, attention_weights, split_heads
from models.unisar.transition_extraction import TransitionExtraction
from models.unisar.unisar_embedding import HistoryTokens

RECOMMENDATION: Final = "recommendation"
SEARCH: Final = "search"
_SHORT: Final = {RECOMMENDATION: "r", SEARCH: "s"}
_OTHER: Final = {RECOMMENDATION: SEARCH, SEARCH: RECOMMENDATION}


class History(NamedTuple):
    """A fused history, and where each of its tokens comes from. All shares of a token add up to 1.

    Attributes:
        sequence: Float [batch, length, dim], the fused tokens.
        mask: Bool [batch, length], True where the token is real.
        itself: Float32 [batch, length], the share of the token itself.
        same: Float32 [batch, length], that of the other tokens of its kind: of r2r, or of s2s.
        other: Float32 [batch, length], that of the tokens of the other kind: of s2r, or of r2s.
    """

    sequence: Any
    mask: Any
    itself: Any
    same: Any
    other: Any


class _Stream(NamedTuple):
    """Tokens on their way, float [batch, length, dim], and the sources of each.

    `same` is float32 [batch, length, length], `other` float32 [batch, length, length of the other kind].
    """

    sequence: Any
    same: Any
    other: Any


class _Step(NamedTuple):
    """What one attention does to its tokens: the weights [batch, length, keys], and the share [batch, length, 1]."""

    weights: Any
    share: Any


def trace(
    tokens: HistoryTokens, extraction: TransitionExtraction, fusions: Mapping[str, Any]
) -> tuple[dict[str, History], dict[str, Any]]:
    """Follows tokens through transition extraction and transition fusion, and adds up where they come from.

    Attention weights alone cannot tell how much UniSAR uses a transition: r2r and s2r are attentions of their own, in
    each of which the weights of a token add up to 1, and fusion adds up what they say. What is told here is attention
    rollout. A post-norm sub-layer computes LN(x + u) from a token x and what attention brings, u. Centred and scaled as
    that norm does it, both are vectors whose sum the norm divides and shifts. The share of u is |u| / (|x| + |u|). So
    the sources of the result are those of x by the rest, and by the share of u those of the keys, by attention
    weights that are means over the heads. The bias of attention is no source. A feed-forward part acts on each token
    alone, and is taken to leave its shares as they are, which is an approximation. So is the mean over heads.

    Without fusion a history is the sum of its transitions, and their shares are as the lengths of both vectors.

    Source: ours, for UniSAR (arXiv 2404.09520), transition extraction and transition fusion; attention rollout is
    arXiv 2005.00928, and to weigh attention against the residual by lengths of vectors is arXiv 2109.07152.

    Args:
        tokens: Padded, so that masks are bool.
        extraction: The model's transition extraction.
        fusions: By the kind of history its `TransitionFusion`; kinds that have none add.

    Returns:
        For each kind of history that has a transition what came of it; and by the name of a transition and a layer,
        such as `s2r_1` and `fusion_r_1` (the part of s2r in that fusion), float32 [], the share that its attention
        brings to a token, as a mean over all real tokens.
    """
    masks = {RECOMMENDATION: tokens.recommendation_mask, SEARCH: tokens.search_mask}
    starts = {RECOMMENDATION: tokens.recommendation, SEARCH: tokens.search}
    config = extraction.config
    steps: dict[str, Any] = {}

    def note(name: str, layer: int, kind: str, step: _Step) -> None:
        real = ops.cast(masks[kind], "float32")
        total = ops.sum(ops.multiply(ops.squeeze(step.share, -1), real))
        steps[f"{name}_{layer}"] = ops.divide(total, ops.maximum(ops.sum(real), 1.0))

    def start(kind: str, positions: Any, *places: Any) -> _Stream:
        length, others = (ops.shape(masks[each])[1] for each in (kind, _OTHER[kind]))
        itself = ops.expand_dims(ops.eye(length, dtype="float32"), 0)
        batch = ops.shape(masks[kind])[0]
        return _Stream(
            positions(starts[kind], *places),
            ops.broadcast_to(itself, (batch, length, length)),
            ops.zeros((batch, length, others), "float32"),
        )

    within: dict[str, _Stream] = {}
    for kind, positions, blocks in (
        (RECOMMENDATION, extraction.recommendation_positions, extraction.recommendation_encoder),
        (SEARCH, extraction.search_positions, extraction.search_encoder),
    ):
        if blocks:
            within[kind] = start(kind, positions)
        for layer, block in enumerate(blocks, start=1):
            stream = within[kind]
            step = _self_step(block.attention, block.residual, stream.sequence, masks[kind])
            note(f"{_SHORT[kind]}2{_SHORT[kind]}", layer, kind, step)
            within[kind] = _mixed(block(stream.sequence, masks[kind]), stream, step, stream.same, stream.other)

    across: dict[str, _Stream] = {}
    if extraction.cross_encoder:
        places = {RECOMMENDATION: tokens.recommendation_positions, SEARCH: tokens.search_positions}
        across = {kind: start(kind, extraction.cross_positions, places[kind]) for kind in masks}
        wanted = {RECOMMENDATION: config.search_to_recommendation, SEARCH: config.recommendation_to_search}
        for layer, block in enumerate(extraction.cross_encoder, start=1):
            fused = {kind: block.query_key_value(across[kind].sequence) for kind in masks}
            heads = {kind: split_heads(each, 3, block.num_heads) for kind, each in fused.items()}
            found = {}
            for kind, other in _OTHER.items():
                queries, (_, keys, values) = heads[kind][0], heads[other]
                brought = _brought(queries, keys, values, masks[other], block.output_projection)
                found[kind] = _step(brought, block.residual, across[kind].sequence)
                if wanted[kind] or layer < len(extraction.cross_encoder):
                    note(f"{_SHORT[other]}2{_SHORT[kind]}", layer, kind, found[kind])
            pair = block(*(across[kind].sequence for kind in masks), *masks.values())
            across = {
                # What a token of the other kind has of this kind comes back to it.
                kind: _mixed(each, across[kind], found[kind], across[_OTHER[kind]].other, across[_OTHER[kind]].same)
                for kind, each in zip(masks, pair, strict=True)
            }
        across = {kind: each for kind, each in across.items() if wanted[kind]}

    histories = {}
    for kind, mask in masks.items():
        own, memory = within.get(kind), across.get(kind)
        if kind in fusions and own is not None and memory is not None:  # A fusion has both.
            for layer, block in enumerate(fusions[kind].blocks, start=1):
                step = _self_step(block.self_attention, block.self_residual, own.sequence, mask)
                between = block.self_residual(own.sequence, block.self_attention(own.sequence, mask))
                attention = block.cross_attention
                (queries,) = split_heads(attention.query(between), 1, attention.num_heads)
                keys, values = split_heads(attention.key_value(memory.sequence), 2, attention.num_heads)
                brought = _brought(queries, keys, values, mask, attention.output_projection)
                fused = block(own.sequence, memory.sequence, mask, mask)
                own = _mixed(between, own, step, own.same, own.other)
                step = _step(brought, block.cross_residual, between)
                note(f"fusion_{_SHORT[kind]}", layer, kind, step)
                own = _mixed(fused, own, step, memory.same, memory.other)
        elif own is not None and memory is not None:
            share = _share(own.sequence, memory.sequence)
            own = _Stream(
                ops.add(own.sequence, memory.sequence),
                _mean(share, own.same, memory.same),
                _mean(share, own.other, memory.other),
            )
        own = memory if own is None else own
        if own is not None:
            itself = ops.diagonal(own.same, axis1=1, axis2=2)
            same = ops.subtract(ops.sum(own.same, axis=-1), itself)
            histories[kind] = History(own.sequence, mask, itself, same, ops.sum(own.other, axis=-1))
    return histories, steps


def pooled(history: History, weights, real_candidates) -> dict[str, Any]:
    """What target attention takes of a history by each transition, as means over candidates.

    Args:
        history: What `trace` found.
        weights: Float [batch, candidates, length], the weights of target attention.
        real_candidates: Bool [batch, candidates]. Rows whose history is empty do not count.

    Returns:
        Float32 [] for `itself`, `same` and `other`. They add up to 1, or are 0 where no row counts.
    """
    real = ops.logical_and(real_candidates, ops.any(history.mask, axis=1, keepdims=True))
    real = ops.cast(real, "float32")
    count = ops.maximum(ops.sum(real), 1.0)
    weights = ops.cast(weights, "float32")

    def mean(shares):
        taken = ops.squeeze(ops.matmul(weights, ops.expand_dims(shares, -1)), -1)
        return ops.divide(ops.sum(ops.multiply(taken, real)), count)

    return {name: mean(getattr(history, name)) for name in ("itself", "same", "other")}


def named(kind: str, shares: Mapping[str, Any]) -> dict[str, Any]:
    """What `pooled` returns by the paper's names: those of the recommendation history are `r_itself`, `r2r`, `s2r`."""
    own, other = _SHORT[kind], _SHORT[_OTHER[kind]]
    names = {"itself": f"{own}_itself", "same": f"{own}2{own}", "other": f"{other}2{own}"}
    return {names[name]: share for name, share in shares.items()}


def _self_step(attention: Any, residual: Any, sequence: Any, mask: Any) -> _Step:
    queries, keys, values = split_heads(attention.query_key_value(sequence), 3, attention.num_heads)
    return _step(_brought(queries, keys, values, mask, attention.output_projection), residual, sequence)


def _brought(queries, keys, values, key_mask, projection):
    """What attention brings, without the bias, and its weights as means over the heads."""
    attended = attend(queries, keys, values, key_mask)
    update = ops.matmul(attended, ops.cast(projection.kernel, attended.dtype))
    return update, ops.mean(ops.cast(attention_weights(queries, keys, key_mask), "float32"), axis=0)


def _step(brought, residual, sequence) -> _Step:
    update, weights = brought
    scale = ops.cast(residual.norm.scale, "float32")

    def as_normed(vectors):
        vectors = ops.cast(vectors, "float32")
        return ops.multiply(scale, ops.subtract(vectors, ops.mean(vectors, axis=-1, keepdims=True)))

    return _Step(weights, _share(as_normed(sequence), as_normed(update)))


def _share(kept, added):
    """The share of the second in the sum of two vectors, by their lengths: float32 [..., 1]; 0 where both are 0."""
    lengths = [
        ops.sqrt(ops.sum(ops.square(ops.cast(each, "float32")), axis=-1, keepdims=True)) for each in (kept, added)
    ]
    return ops.divide(lengths[1], ops.maximum(ops.add(*lengths), 1e-12))


def _mixed(sequence, stream: _Stream, step: _Step, key_same, key_other) -> _Stream:
    """The tokens after a step: their own sources, and those of the keys that are of the same and of the other kind."""
    return _Stream(
        sequence,
        _mean(step.share, stream.same, ops.matmul(step.weights, key_same)),
        _mean(step.share, stream.other, ops.matmul(step.weights, key_other)),
    )


def _mean(share, first, second):
    return ops.add(ops.multiply(ops.subtract(1.0, share), first), ops.multiply(share, second))
