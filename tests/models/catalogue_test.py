import dataclasses

from models.catalogue import Catalogue


def test_of_ids_nothing_is_known_but_that_they_are():
    catalogue = Catalogue.of_ids(5)
    shapes = {field.name: getattr(catalogue, field.name).shape for field in dataclasses.fields(Catalogue)}
    assert shapes.pop("engagements") == (5,)
    assert set(shapes.values()) == {(5, 0)}
    assert not catalogue.engagements.any()
