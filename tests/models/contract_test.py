"""Each model can do what it is said to, and no more."""

import dataclasses

import pytest

from models import registry
from models.contract import (
    DividesSessions,
    Explains,
    KnowsEngagements,
    LeavesRowsOut,
    NamesTables,
    Ranks,
    Retrieves,
    StartsFromFeatures,
    TakesTransitions,
)
from models.unifiedssr.unifiedssr_config import UnifiedSSRConfig
from models.unifiedssr.unifiedssr_model import UnifiedSSR
from models.unisar.unisar_config import UniSARConfig
from models.unisar.unisar_model import UniSAR
from models.vocabulary import Attribute, Vocabulary
from schemas import features
from tests.support.small_models import UNISAR_ADDITIONS, UNISAR_SIZES, VOCABULARY, unifiedssr, unisar

UNISAR_ALONE = {Explains, KnowsEngagements, StartsFromFeatures, TakesTransitions, LeavesRowsOut}
ALL = {Ranks, NamesTables, Retrieves, DividesSessions} | UNISAR_ALONE


@pytest.mark.parametrize(
    ("name", "make", "abilities"),
    [
        ("unisar", unisar, {Ranks, NamesTables} | UNISAR_ALONE),
        ("unifiedssr", unifiedssr, {Ranks, NamesTables, Retrieves, DividesSessions}),
    ],
)
def test_what_each_model_can_do(name, make, abilities):
    model = make()
    assert {each for each in ALL if isinstance(model, each)} == abilities
    assert registry.config_class(name) is type(model.config)
    assert (Retrieves in abilities) == (name in registry.RETRIEVING)


@pytest.mark.parametrize(
    "make",
    [
        lambda of: UniSAR(UniSARConfig(**UNISAR_SIZES, **UNISAR_ADDITIONS, id_dropout=0.1), of),
        lambda of: UnifiedSSR(UnifiedSSRConfig(dim=8, item_attributes=True), of),
        lambda of: UnifiedSSR(UnifiedSSRConfig(dim=8, loss="softmax"), of),
    ],
)
def test_a_model_names_each_table_whose_rows_are_values_of_a_vocabulary(make):
    """Those are the trained weights whose shapes follow the vocabularies, and each follows the one that it names."""

    def shapes(model):
        model.build()
        return {each.path.removeprefix(f"{model.name}/"): tuple(each.shape) for each in model.trainable_weights}

    of_users = (Attribute(features.user_attribute_vocabulary(0), size=9, dim=4),)
    small = dataclasses.replace(VOCABULARY, user_attributes=of_users)
    sizes = {features.USER_VOCABULARY: 111, features.ITEM_VOCABULARY: 113, features.WORD_VOCABULARY: 127}
    further = [(each, 131 + place) for place, each in enumerate((*VOCABULARY.item_attributes, *of_users))]
    grown = {each.name: dataclasses.replace(each, size=size) for each, size in further if each.size}
    context = tuple(dataclasses.replace(each, size=151 + place) for place, each in enumerate(VOCABULARY.context))
    large = Vocabulary(
        *sizes.values(),
        item_attributes=tuple(grown.get(each.name, each) for each in VOCABULARY.item_attributes),
        user_attributes=tuple(grown[each.name] for each in of_users),
        context=context,
    )
    sizes |= {name: each.size for name, each in grown.items()}
    sizes |= {features.context_vocabulary(each.name): each.size for each in context}
    one, other = make(small), make(large)
    then, now = shapes(one), shapes(other)
    named = {path.removeprefix(f"{other.name}/"): name for path, name in other.table_vocabularies().items()}
    assert {path for path in now if now[path] != then[path]} == set(named)
    assert {path: now[path][0] for path in named} == {path: sizes[name] for path, name in named.items()}
