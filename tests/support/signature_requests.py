"""One request, which every signature of the catalogue takes its inputs from."""

import numpy as np

from schemas import signatures
from schemas.canonical_event import Surface, Token
from tests.support.behaviour_examples import behaviour_example
from tests.support.exported_retriever import HISTORY, history_inputs, texts

STRANGE = (Token(Surface.RECOMMENDATION, ("never-seen",)),)


def wanted(rows: int, k: int) -> dict[str, np.ndarray]:
    """The inputs of a row that asks for k items of any category, seen ones too."""
    return {
        signatures.K: np.full([rows], k, np.int32),
        signatures.EXCLUDE_SEEN: np.zeros([rows], bool),
        signatures.CATEGORY: np.full([rows, 1], b"", object),
    }


REQUEST = {
    **history_inputs([HISTORY, (), STRANGE], ["u1", "", "a stranger"]),
    signatures.RANK_QUERY: texts(["", "red mug", "zzz"]),
    signatures.RANK_CANDIDATES: np.stack([texts(each) for each in (["item-a", "item-h"], ["item-b", ""], ["?", "?"])]),
    signatures.K: np.array([4, 20, 1], np.int32),
    signatures.EXCLUDE_SEEN: np.array([True, False, True]),
    signatures.CATEGORY: np.stack([texts(each) for each in (["home", ""], ["", ""], ["zoo", ""])]),
    signatures.ITEM_ID: texts(["item-b", "item-l", "never-seen"]),
    signatures.SESSIONS_SURFACE: texts(["search", "recommendation", "recommendation"]),
    signatures.EXAMPLES: np.array(
        [
            behaviour_example(["item-a", "item-h", "item-b"], history=HISTORY),
            behaviour_example(["item-b"], surface=Surface.SEARCH, query="red mug", user="a stranger"),
            behaviour_example(["never-seen", "item-a"], history=STRANGE),
        ],
        object,
    ),
}
"""Three rows for whatever input a signature has: of a user with a history, without any, and with nothing known."""
