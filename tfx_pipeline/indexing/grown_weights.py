"""Takes the weights of a trained model over into one that knows more items, words, categories and attributes."""

import keras
import numpy as np

_VALUES = "_values"
"""How the names of tables end that hold what is known of items and users: data, and nothing that was learned."""
_RARITY = "rarity"
"""The name of the table that holds how rare words are in the items' texts."""


def knows_contents(model: keras.Model) -> bool:
    """Whether a built model knows anything of items but their ids."""
    return any(_is_data(weight) and tuple(weight.shape[:1]) == (model.vocabulary.items,) for weight in model.weights)


def take_over(trained: keras.Model, grown: keras.Model) -> None:
    """Gives a model all that another one has learned.

    What was learned of the unknown, in the last row of a table, is what is known of further items, words, categories
    and attributes; so it stands in each of their rows. Tables of attributes, titles and numbers are left as they are:
    they are of the catalogue as it is now. So is the rarity of further words; that of the others stays, and with it the
    scores of known items.

    Args:
        trained: A built model with its trained weights.
        grown: A built model of the same configuration, whose tables have further rows before the last.

    Raises:
        ValueError: The models differ in more than the number of items, words, categories and attributes.
    """
    for old, new in zip(trained.weights, grown.weights, strict=True):
        if _is_data(old):
            continue
        values = keras.ops.convert_to_numpy(old.value)
        shape, wanted = values.shape, tuple(new.shape)
        further = wanted[0] - shape[0] if shape and wanted else 0
        if wanted[1:] != shape[1:] or len(wanted) != len(shape) or further < 0:
            raise ValueError(f"{old.path} has the shape {shape} in the trained model, {wanted} in the other.")
        if further:
            rows = np.repeat(values[-1:], further, axis=0)
            if _name(old) == _RARITY:
                rows = keras.ops.convert_to_numpy(new.value)[-1 - further : -1]
            values = np.concatenate([values[:-1], rows, values[-1:]])
        new.assign(values)


def _is_data(weight: keras.Variable) -> bool:
    return _name(weight).endswith(_VALUES)


def _name(weight: keras.Variable) -> str:
    return str(weight.path.rpartition("/")[2])
