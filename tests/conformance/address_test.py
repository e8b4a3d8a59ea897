"""Where the suite finds its server and its models."""

import pytest

from serving.local_server.models.served_models import read_model_config, served_models
from tests.conformance.conftest import Server, parse_address
from tests.conformance.models import main


def test_addresses():
    assert parse_address("127.0.0.1:8500,8501") == Server("127.0.0.1:8500", "127.0.0.1:8501")
    for text in ("127.0.0.1:8500", "8500,8501", "host:a,b"):
        with pytest.raises(ValueError, match=f"must be HOST:GRPC_PORT,REST_PORT. Received: {text}"):
            parse_address(text)


def test_models_for_a_server_elsewhere(tmp_path, capsys):
    assert main([]) == 2
    assert "usage: " in capsys.readouterr().err
    assert main([str(tmp_path / "new")]) == 0
    config = tmp_path / "new" / "models.config"
    assert f"--model_config_file={config}" in capsys.readouterr().out
    models = served_models(read_model_config(config.read_text(encoding="utf-8")))
    assert [model.name for model in models] == ["half_plus_two", "strings", "several", "versions"]
    assert models[3].labels == {"stable": 1, "canary": 2}
    assert all((tmp_path / "new" / model.name).is_dir() for model in models)
