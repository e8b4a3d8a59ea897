"""At the start, attention's kernels vary as the papers' code draws them, or as they are fused here."""

import numpy as np
import pytest

from models.layers.attention.cross_attention import CrossAttention
from models.layers.attention.self_attention import SelfAttention
from models.layers.fast.projection import Projection
from models.unifiedssr.unifiedssr_config import UnifiedSSRConfig
from models.unifiedssr.unifiedssr_model import UnifiedSSR
from models.unisar.unisar_config import UniSARConfig
from models.unisar.unisar_model import UniSAR
from tests.support import unisar_batches

DIM = 128
SAMPLING = 0.05
"""128 · 128 entries or more: the standard error of a variance is about a hundredth of it."""


def variances(layer, *kernels):
    """Of the named kernels, in units of 1 / DIM."""
    layer.build((None, None, DIM))
    return [float(np.var(getattr(layer, name).kernel.numpy())) * DIM for name in kernels]


@pytest.mark.parametrize(
    ("drawn_units", "expected"),
    # Glorot's variance is 2 / (DIM + width).
    [(None, 2 / (1 + 3)), (DIM, 2 / (1 + 1)), (2 * DIM, 2 / (1 + 2))],
)
def test_a_projection_drawn_as_a_part(drawn_units, expected):
    layer = Projection(3 * DIM, drawn_units=drawn_units)
    layer.build((None, DIM))
    assert float(np.var(layer.kernel.numpy())) * DIM == pytest.approx(expected, rel=SAMPLING)


@pytest.mark.parametrize(
    ("together", "own", "query", "key_value"),
    # As fused here: DIM x 3 DIM; DIM x DIM and DIM x 2 DIM. One by one: DIM x DIM each. As one: DIM x 3 DIM all.
    [(None, 1 / 2, 1, 2 / 3), (1, 1, 1, 1), (3, 1 / 2, 1 / 2, 1 / 2)],
)
def test_attention(together, own, query, key_value):
    found = variances(SelfAttention(4, together), "query_key_value")
    found += variances(CrossAttention(4, together), "query", "key_value")
    assert found == pytest.approx([own, query, key_value], rel=SAMPLING)


@pytest.mark.parametrize(("as_reference", "expected"), [(False, [1 / 2, 1, 2 / 3]), (True, [1, 1, 1])])
def test_the_blocks_of_unifiedssr(as_reference, expected):
    # Its authors draw each square matrix by itself.
    model = UnifiedSSR(UnifiedSSRConfig(dim=DIM, reference_start=as_reference), unisar_batches.vocabulary())
    model.build()
    block = model.encoder.blocks[0]
    kernels = block.self_attention.query_key_value, block.cross_attention.query, block.cross_attention.key_value
    assert [float(np.var(each.kernel.numpy())) * DIM for each in kernels] == pytest.approx(expected, rel=SAMPLING)


@pytest.mark.parametrize(("as_reference", "expected"), [(False, [1, 2 / 3]), (True, [1 / 2, 1 / 2])])
def test_the_fusions_of_unisar(as_reference, expected):
    # Its authors' torch.nn.MultiheadAttention draws queries, keys and values as one.
    model = UniSAR(UniSARConfig(dim=DIM, reference_start=as_reference), unisar_batches.vocabulary())
    model.build()
    cross = next(iter(model.fusions.values())).blocks[0].cross_attention
    found = [float(np.var(each.kernel.numpy())) * DIM for each in (cross.query, cross.key_value)]
    assert found == pytest.approx(expected, rel=SAMPLING)
