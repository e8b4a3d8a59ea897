from tfx.types.artifact import Artifact

from components.item_catalog.artifact import ItemCatalog


def test_the_artifact_survives_its_record():
    catalog = ItemCatalog()
    catalog.set_int_custom_property("items", 3)
    read = Artifact.from_json_dict(catalog.to_json_dict())
    assert isinstance(read, ItemCatalog) and read.type_name == ItemCatalog.TYPE_NAME
    assert read.get_int_custom_property("items") == 3
