"""What may be answered; `export/saved_model_test.py` has a real model with all of these signatures."""

import numpy as np
import pytest

from components.servability_gate.checks.offered import try_offered
from components.servability_gate.checks.scores import RefusedError
from schemas import signatures
from tests.support.asked_models import AskedModel, example
from tests.support.listed_items import listed

EXAMPLES = [example([candidate, "z"]) for candidate in ("right", "up", "never seen")]
VECTORS = {b"right": [2.0, 0.0], b"up": [0.0, 3.0], b"between": [1.0, 1.0]}
COSINE = np.float32(0.5**0.5)
INPUTS = {
    signatures.EMBED_USER: [name for name in signatures.RANK_INPUTS if name not in ("query", "candidates")],
    signatures.EMBED_QUERY: [signatures.RANK_QUERY],
    signatures.EMBED_ITEM: [signatures.ITEM_ID],
    signatures.SIMILAR_ITEMS: [signatures.ITEM_ID, signatures.K],
}


def model(**otherwise):
    """A model that answers as it should, but for what a test gives it: signature to function of its inputs."""

    def constant(inputs):
        return {signatures.EMBEDDING: np.full([rows_of(inputs), 2], 0.5, np.float32)}

    def embed_item(inputs):
        vectors = [VECTORS.get(item, [0.5, 0.5]) for item in inputs[signatures.ITEM_ID]]
        return {signatures.EMBEDDING: np.array(vectors, np.float32), signatures.KNOWN: np.ones(len(vectors), bool)}

    similar = listed([["between", "up"], ["between", "right"], []], [[COSINE, 0], [COSINE, 0], []])
    answers = {
        **{signatures.EMBED_USER: constant, signatures.EMBED_QUERY: constant},
        **{signatures.EMBED_ITEM: embed_item, signatures.SIMILAR_ITEMS: similar},
    }
    return AskedModel(INPUTS, answers | otherwise)


def rows_of(inputs):
    return len(next(iter(inputs.values())))


def test_a_model_that_answers_as_it_should_passes():
    good = model()
    try_offered(good, EXAMPLES, 1e-5)
    # All rows together and each alone; then the vectors of two items and of what is like them.
    vectors = ["embed_user"] * 4 + ["embed_query"] * 4 + ["embed_item"] * 4
    assert [name for name, _ in good.asked] == [*vectors, "similar_items", "embed_item", "embed_item"]


def refuses(signature, answer, reason):
    with pytest.raises(RefusedError, match=f"`{signature}` .*{reason}"):
        try_offered(model(**{signature: answer}), EXAMPLES, 1e-5)


@pytest.mark.parametrize("signature", [signatures.EMBED_USER, signatures.EMBED_QUERY, signatures.EMBED_ITEM])
@pytest.mark.parametrize(
    ("embedding", "reason"),
    [
        (lambda rows: np.zeros([rows, 2]), r"\[3, dim\], it answered float64 \[3, 2\]"),
        (lambda rows: np.zeros([2], np.float32), r"\[3, dim\], it answered float32 \[2\]"),
        (lambda rows: np.full([rows, 2], np.nan, np.float32), "gave vectors that are not finite"),
        (lambda rows: np.full([rows, 2], 4 * rows, np.float32), "differently alone and together.*, by up to 0.667"),
    ],
)
def test_refuses_any_other_vectors(signature, embedding, reason):
    refuses(signature, lambda inputs: {"embedding": embedding(rows_of(inputs))}, reason)
    refuses(signature, {}, r"should answer float32 `embedding` \[3, dim\], it answered nothing")


@pytest.mark.parametrize(
    ("items", "scores", "reason"),
    [
        (["right"], [1], "answered the item itself, an item twice, or padding"),
        (["up", "up"], [0, 0], "answered the item itself, an item twice"),
        (["", "up"], [0, 0], "or padding before an item: .* for b'right'"),
        (["up", "between"], [0, COSINE], "did not put the most similar item"),
        (["up"], [0.5], "scores are not the cosines of `embed_item`.* to 0.5"),
        (["up"], [np.inf], r"should answer \[3, 10\] \(batch, items\) items"),
    ],
)
def test_refuses_any_other_similar_items(items, scores, reason):
    refuses("similar_items", listed([items, [], []], [scores, [], []]), reason)
    refuses("similar_items", listed([items], [scores]), r"it answered \[1, 10\] and \[1, 10\]")
