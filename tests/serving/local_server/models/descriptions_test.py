import json

from tensorflow_serving.apis import get_model_metadata_pb2, model_pb2

from serving.local_server.models.descriptions import metadata_json, model_metadata, model_status, status_json
from serving.local_server.models.model_manager import ModelManager
from serving.local_server.models.servable import Servable
from serving.local_server.models.versions import ModelVersions
from serving.local_server.wire.statuses import not_found

SPEC = model_pb2.ModelSpec(name="m")


def test_a_failed_version_is_told_with_its_error(tmp_path):
    def load(path):
        raise not_found("no variables")

    (tmp_path / "4").mkdir()
    (tmp_path / "4" / "saved_model.pb").write_bytes(b"")
    model = ModelVersions("m", str(tmp_path), load=load, load_retries=0)
    model.poll()
    assert json.loads(status_json(model_status(ModelManager([model]), SPEC))) == {
        "model_version_status": [
            {"version": "4", "state": "END", "status": {"error_code": "NOT_FOUND", "error_message": "no variables"}}
        ]
    }


def test_metadata_prints_fields_at_their_defaults(half_plus_two, tmp_path):
    (tmp_path / "1").symlink_to(half_plus_two)
    model = ModelVersions("m", str(tmp_path), load=Servable)
    model.poll()
    request = get_model_metadata_pb2.GetModelMetadataRequest(model_spec=SPEC, metadata_field=["signature_def"])
    answer = json.loads(metadata_json(model_metadata(ModelManager([model]), request)))
    model.stop()
    assert answer["model_spec"] == {"name": "m", "signature_name": "", "version": "1"}
    inputs = answer["metadata"]["signature_def"]["signature_def"]["serving_default"]["inputs"]
    assert inputs == {
        "x": {
            "dtype": "DT_FLOAT",
            "name": "serving_default_x:0",
            "tensor_shape": {"dim": [], "unknown_rank": True},
        }
    }
