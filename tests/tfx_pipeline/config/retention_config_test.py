import pytest

from tfx_pipeline.config.loading import ConfigError
from tfx_pipeline.config.pipeline_config import load_config


def read(tmp_path, *overrides):
    (tmp_path / "shop.yaml").write_text("name: shop\ndata: {events: a.tsv}\n")
    return load_config(str(tmp_path / "shop.yaml"), overrides).retention


def test_by_default_everything_is_kept(tmp_path):
    assert read(tmp_path).keeps_everything
    assert not read(tmp_path, "retention.runs=1").keeps_everything
    assert not read(tmp_path, "retention.versions=2").keeps_everything


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        (
            "versions=1",
            "`versions` should be 0, which keeps all, or at least 2: the served one, and one to go back to",
        ),
        ("versions=-1", "`versions` should be at least 0."),
        ("runs=-1", "`runs` should be at least 0."),
    ],
)
def test_numbers_that_leave_nothing_to_go_back_to_are_refused(tmp_path, setting, told):
    with pytest.raises(ConfigError) as refused:
        read(tmp_path, f"retention.{setting}")
    assert told in str(refused.value) and "shop.yaml: `retention`" in str(refused.value)
