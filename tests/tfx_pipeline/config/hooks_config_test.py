import pytest

from tfx_pipeline.config.loading import ConfigError
from tfx_pipeline.config.pipeline_config import load_config

SECRET = "https://hooks.example.org/T0KEN-of-a-team"


def read(tmp_path, *overrides, text=""):
    (tmp_path / "shop.yaml").write_text(f"name: shop\ndata: {{events: a.tsv}}\n{text}")
    return load_config(str(tmp_path / "shop.yaml"), overrides).hooks


def test_by_default_nobody_is_told(tmp_path):
    hooks = read(tmp_path)
    assert (hooks.webhook_variable, hooks.command) == ("", ())


@pytest.mark.parametrize("text", ["", f"hooks: {{webhook_variable: '{SECRET}'}}\n"])
def test_a_url_in_place_of_a_variable_is_refused_and_not_repeated(tmp_path, text):
    with pytest.raises(ConfigError) as refused:
        read(tmp_path, *([] if text else [f"hooks.webhook_variable={SECRET}"]), text=text)
    assert "shop.yaml: `hooks`: `webhook_variable` should be the name of an environment variable" in str(refused.value)
    assert "T0KEN" not in str(refused.value)


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("webhook_timeout_s=0", "`webhook_timeout_s` should be above 0."),
        ("command_timeout_s=-1", "`command_timeout_s` should be above 0."),
        ("webhook_attempts=0", "`webhook_attempts` should be at least 1."),
        ("command=['']", "`command` should begin with a program."),
        ("command=mail-me", "`hooks.command` wants a list"),
    ],
)
def test_what_cannot_be_called_is_refused(tmp_path, setting, told):
    with pytest.raises(ConfigError) as refused:
        read(tmp_path, f"hooks.{setting}")
    assert told in str(refused.value)
