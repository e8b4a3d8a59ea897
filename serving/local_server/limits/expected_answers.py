"""How many values an answer will have at least, by the signatures that `schemas.signatures` defines.

Other models' answers are counted once the model has made them.
"""

from collections.abc import Mapping

import numpy as np

from schemas import signatures


def expected_values(signature: str, inputs: Mapping[str, np.ndarray]) -> int:
    """The number of values that the answer will have at least; 0 if nothing is known of the signature.

    Lists of the `k` best items are as long as the longest that any row asks for, and have items and scores. An
    explanation has a weight for each candidate and token of the history. Inputs of other types or shapes than the
    signature's tell nothing.
    """
    k = inputs.get(signatures.K)
    if k is not None and k.ndim == 1 and k.size and k.dtype.kind == "i":
        return 2 * k.size * max(0, int(k.max()))
    candidates, tokens = inputs.get(signatures.RANK_CANDIDATES), inputs.get(signatures.RANK_HISTORY_SURFACES)
    if signature == signatures.EXPLAIN and candidates is not None and tokens is not None and tokens.ndim == 2:
        return int(candidates.size * tokens.shape[1])
    return 0
