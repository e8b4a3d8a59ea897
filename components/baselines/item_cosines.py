"""Which items stand in the same histories, and how often: the cosine of two items."""

import numpy as np
from scipy import sparse

_ITEMS_AT_ONCE = 1024


def nearest_items(baskets: np.ndarray, items: int, neighbours: int) -> sparse.csr_matrix:
    """Finds the neighbours of each item.

    The cosine of two items is the number of histories that hold both, divided by the root of the product of the numbers
    that hold each. An item is no neighbour of its own.

    Args:
        baskets: Int [pairs, 2], the number of a history and an item of it, no pair twice.
        items: The number of items.
        neighbours: How many neighbours of an item are kept, the nearest ones; of equally near ones, the first.

    Returns:
        Cosines [items, items]; in a row, those of the item's neighbours.
    """
    rows = int(baskets[:, 0].max(initial=-1)) + 1
    held = sparse.csr_matrix((np.ones(len(baskets)), (baskets[:, 0], baskets[:, 1])), shape=(rows, items))
    norms = np.sqrt(np.asarray(held.sum(axis=0)).ravel())
    unit = (held @ sparse.diags(1 / np.maximum(norms, 1))).tocsc()
    parts = [
        _nearest(unit[:, first : first + _ITEMS_AT_ONCE].T @ unit, first, neighbours)
        for first in range(0, items, _ITEMS_AT_ONCE)
    ]
    return sparse.vstack(parts).tocsr() if parts else sparse.csr_matrix((0, items))


def _nearest(cosines: sparse.spmatrix, first: int, neighbours: int) -> sparse.csr_matrix:
    """Keeps of each row the highest values, without the item itself."""
    cosines = cosines.tocsr()
    rows, columns, values = [], [], []
    for row in range(cosines.shape[0]):
        part = slice(cosines.indptr[row], cosines.indptr[row + 1])
        others = cosines.indices[part] != first + row
        near, cosine = cosines.indices[part][others], cosines.data[part][others]
        best = np.lexsort((near, -cosine))[:neighbours]
        rows.append(np.full(len(best), row))
        columns.append(near[best])
        values.append(cosine[best])
    places = (np.concatenate(rows), np.concatenate(columns))
    return sparse.csr_matrix((np.concatenate(values), places), shape=cosines.shape)
