"""States as JSON; `tests/conformance/` has those of versions that answer, and metadata."""

import json

from serving.local_server.models.descriptions import model_status, status_json
from serving.local_server.models.model_manager import ModelManager
from serving.local_server.models.versions import ModelVersions
from tests.serving.local_server.models.versions_test import Loader, push
from tests.support.tf_serving_requests import spec


def test_a_failed_version_is_told_with_its_error(tmp_path):
    push(tmp_path, 4)
    model = ModelVersions("m", str(tmp_path), load=Loader(broken={"4"}), load_retries=0)
    model.poll()
    assert json.loads(status_json(model_status(ModelManager([model]), spec("m")))) == {
        "model_version_status": [
            {"version": "4", "state": "END", "status": {"error_code": "NOT_FOUND", "error_message": "no such tags"}}
        ]
    }
