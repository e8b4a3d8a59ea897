from tfx.types.artifact import Artifact

from components.raw_files.rejects_artifact import Rejects


def test_the_artifact_survives_its_record():
    rejects = Rejects()
    rejects.set_int_custom_property("rejects", 3)
    read = Artifact.from_json_dict(rejects.to_json_dict())
    assert isinstance(read, Rejects) and read.type_name == Rejects.TYPE_NAME
    assert read.get_int_custom_property("rejects") == 3
