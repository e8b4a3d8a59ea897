"""Makes one SavedModel of two: the first finds items in the whole catalogue, the second ranks them.

It uses nothing of the two but their signatures (`schemas.signatures`) and how popular the retriever's items are, so it
depends on neither network.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import tensorflow as tf
import tensorflow_text  # noqa: F401  # Loaded models have operations of it.

from components.retrieve_then_rank.item_prior import ItemPrior
from components.retrieve_then_rank.served_ranks import served_ranks_signature
from components.score_map_file import read_score_maps, write_score_maps
from schemas import retrieval_sources, signatures
from schemas.canonical_event import Surface
from schemas.score_map import ScoreMap
from schemas.signature_catalogue import AnsweredBy, OfferedBy, names

Tensors = dict[str, tf.Tensor]
Signature = Callable[..., Tensors]
"""A signature of a loaded SavedModel: takes its inputs as keywords, and nothing but tensors."""

_LISTS = {Surface.RECOMMENDATION: signatures.RECOMMEND, Surface.SEARCH: signatures.SEARCH}
_OF_EVERY_RANKER = names(offered_by=OfferedBy.EVERY_MODEL)


def save_composed_model(
    retriever_dir: str, ranker_dir: str, directory: str, retrieved: int, popular_negatives: bool = False
) -> None:
    """Writes a SavedModel that retrieves by one model and ranks by the other.

    The new model has the ranker's `serving_default`, `rank` and, if there is one, `explain`. It has the retriever's
    further signatures, such as `similar_items` and `sessions`. Its `recommend` and `search` retrieve and rank in one
    call. These two take the inputs of both models, so a context value that only one model uses is an input too. If the
    retriever has `catalogue_ranks`, the new model has it, too, and tells the ranks in what these two answer. If the
    ranker's scores are calibrated, so are those of the new model, and its folder says how.

    Args:
        retriever_dir: A SavedModel with `recommend` and `search`.
        ranker_dir: A SavedModel with `serving_default` and `rank`.
        directory: The folder to write.
        retrieved: How many items the retriever hands to the ranker. A row that asks for more items raises it.
        popular_negatives: Whether the ranker learned from negatives that were drawn by popularity, so that its scores
            lack it. Then `recommend` and `search` add it again, see `ItemPrior`, and `item_prior` tells it; `rank`
            does not. The ranker's scores have to be probabilities.

    Raises:
        ValueError: A model lacks a signature, or the two have unequal inputs of one name.
    """
    if not 1 <= retrieved <= signatures.LARGEST_K:
        raise ValueError(f"`retrieved` should be from 1 to {signatures.LARGEST_K}. Received: retrieved={retrieved}")
    retriever = _load(retriever_dir, "retriever", tuple(_LISTS.values()))
    ranker = _load(ranker_dir, "ranker", _OF_EVERY_RANKER)
    composed = tf.Module(name="retrieve_then_rank")
    # The saved object must own the variables and tables of both models, or no loader would fill them.
    composed.retriever = retriever
    composed.ranker = ranker
    composed.prior = ItemPrior.of_retriever(retriever) if popular_negatives else None
    exported: dict[str, Signature] = {}
    for part, model in ((AnsweredBy.RANKER, ranker), (AnsweredBy.RETRIEVER, retriever)):
        kept = (name for name in names(answered_by=part) if name in model.signatures)
        exported |= {name: model.signatures[name] for name in kept}
    rank, score_maps = ranker.signatures[signatures.RANK], read_score_maps(ranker_dir)
    lists = {
        surface: _retrieve_then_rank(
            *(name, retriever.signatures[name], rank, retrieved, composed.prior), score_maps.get(surface.value)
        )
        for surface, name in _LISTS.items()
    }
    exported |= {name: lists[surface] for surface, name in _LISTS.items()}
    if composed.prior is not None:
        exported[signatures.ITEM_PRIOR] = composed.prior.signature()
    if signatures.CATALOGUE_RANKS in retriever.signatures:
        inputs = {surface: _inputs(answer) for surface, answer in lists.items()}
        by_vectors = retriever.signatures[signatures.CATALOGUE_RANKS]
        exported[signatures.CATALOGUE_RANKS] = served_ranks_signature(lists, inputs, by_vectors, retrieved)
    # Nothing is trained through a served model, and the gradients of one that was loaded cannot be saved again.
    options = tf.saved_model.SaveOptions(experimental_custom_gradients=False)
    tf.saved_model.save(composed, directory, signatures=exported, options=options)
    write_score_maps(directory, score_maps)


def _retrieve_then_rank(
    name: str,
    retrieve: Signature,
    rank: Signature,
    retrieved: int,
    prior: ItemPrior | None,
    calibrated: ScoreMap | None,
) -> Signature:
    """The function of the signature `recommend` or `search`."""
    wanted_by_retriever, wanted_by_ranker = _inputs(retrieve), _inputs(rank)
    # Inputs of the ranker that are made here and not given by the caller.
    made_here = {signatures.RANK_CANDIDATES}
    if name == signatures.RECOMMEND:
        made_here.add(signatures.RANK_QUERY)
    from_caller = {each: spec for each, spec in wanted_by_ranker.items() if each not in made_here}

    # Nothing here has Python control flow over tensors, so AutoGraph would only cost time.
    @tf.function(autograph=False)
    def answer(**request: tf.Tensor) -> Tensors:
        k = _checked(request[signatures.K])
        to_retrieve = {each: request[each] for each in wanted_by_retriever} | {signatures.K: tf.maximum(k, retrieved)}
        answered = retrieve(**to_retrieve)
        found = answered[signatures.ITEMS]
        # An empty query tells a ranker that it is asked for a recommendation.
        to_rank = {signatures.RANK_QUERY: tf.fill(tf.shape(k), "")} | request | {signatures.RANK_CANDIDATES: found}
        scores = keys = rank(**{each: to_rank[each] for each in wanted_by_ranker})[signatures.SCORES]
        if prior is not None:
            scores, keys = prior.among_all(found, scores, calibrated)
        if signatures.SOURCES not in answered:  # A retriever that was exported by an older version.
            return _best({signatures.ITEMS: found, signatures.SCORES: scores}, keys, k)
        # Where nothing is known of a row, nor has the ranker learned anything of it. The order stays as it is.
        is_unknown = _only_popular(answered[signatures.SOURCES])[:, tf.newaxis]
        own_order = -tf.cast(tf.range(tf.shape(found)[1]), keys.dtype)
        listed = answered | {signatures.SCORES: tf.where(is_unknown, answered[signatures.SCORES], scores)}
        return _best(listed, tf.where(is_unknown, own_order, keys), k)

    return answer.get_concrete_function(**_union(name, wanted_by_retriever, from_caller))


def _best(listed: Tensors, keys: tf.Tensor, k: tf.Tensor) -> Tensors:
    """Selects the `k` best items of each row by these keys; equal keys keep the order of retrieval.

    Args:
        listed: The items, [batch, retrieved], padded with the empty string, their scores and, if known, their sources.
        keys: Float of the same shape.
        k: int32 [batch], at least 1.

    Returns:
        The same outputs, [batch, largest k], padded with the empty string and 0.
    """
    keys = tf.where(tf.equal(listed[signatures.ITEMS], ""), tf.constant(float("-inf"), keys.dtype), keys)
    # `top_k` keeps the order of equal keys, and padding stands at the end. A batch may have no row.
    places = tf.math.top_k(keys, tf.reduce_max(tf.concat([k, [0]], axis=0))).indices
    best = {name: tf.gather(each, places, batch_dims=1) for name, each in listed.items()}
    is_item = tf.logical_and(tf.sequence_mask(k, tf.shape(places)[1]), tf.not_equal(best[signatures.ITEMS], ""))
    return {name: tf.where(is_item, each, "" if each.dtype == tf.string else 0.0) for name, each in best.items()}


def _only_popular(sources: tf.Tensor) -> tf.Tensor:
    """Whether all items of a row come from popularity: string [batch, items] to bool [batch]."""
    is_popular = tf.equal(sources, retrieval_sources.POPULARITY)
    return tf.reduce_all(tf.logical_or(is_popular, tf.equal(sources, "")), axis=1)


def _checked(k: tf.Tensor) -> tf.Tensor:
    # The retriever would check `k` too, but it is given another number.
    in_range = tf.logical_and(tf.greater_equal(k, 1), tf.less_equal(k, signatures.LARGEST_K))
    message = f"`{signatures.K}` should be from 1 to {signatures.LARGEST_K}. Received:"
    with tf.control_dependencies([tf.debugging.Assert(tf.reduce_all(in_range), [message, k])]):
        return tf.identity(k)


def _load(directory: str, role: str, needed: Sequence[str]) -> Any:
    loaded = tf.saved_model.load(directory)
    lacking = [name for name in needed if name not in loaded.signatures]
    if lacking:
        raise ValueError(
            f"The {role} needs the signatures {list(needed)} and lacks {lacking}. It has {sorted(loaded.signatures)}: "
            f"{directory}"
        )
    return loaded


def _inputs(signature: Any) -> dict[str, tf.TensorSpec]:
    _, keywords = signature.structured_input_signature
    return dict(keywords)


def _union(
    name: str, first: Mapping[str, tf.TensorSpec], second: Mapping[str, tf.TensorSpec]
) -> dict[str, tf.TensorSpec]:
    """Joins the inputs of two models.

    Raises:
        ValueError: Inputs of one name have different types or ranks.
    """
    union = dict(first)
    for each, spec in second.items():
        known = union.setdefault(each, spec)
        if known.dtype != spec.dtype or not known.shape.is_compatible_with(spec.shape):
            raise ValueError(
                f"The two models cannot share `{name}`: the retriever wants {each} as {_text(known)}, the ranker as "
                f"{_text(spec)}"
            )
    return union


def _text(spec: tf.TensorSpec) -> str:
    return f"{spec.dtype.name} {spec.shape}"
