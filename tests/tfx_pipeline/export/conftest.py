"""How a test asks any signature of the exports."""

import pytest

from schemas.signature_catalogue import SIGNATURES
from tests.support.exported_retriever import REQUEST


@pytest.fixture
def export_with(servable, unisar):
    """The export that has a signature: only UniSAR explains, and only the retriever does all the rest."""
    return lambda name: servable if name in servable.signature_defs else unisar


@pytest.fixture
def ask(export_with):
    """Calls a signature with the rows above, some of its inputs replaced."""

    def ask(name, **changes):
        inputs = REQUEST | changes
        return export_with(name).run(name, {each.name: inputs[each.name] for each in SIGNATURES[name].inputs})

    return ask
