import pytest

from tfx_pipeline.config_loading import ConfigError
from tfx_pipeline.experiment import Variant, read_variants, run


def read(tmp_path, text):
    path = tmp_path / "variants.yaml"
    path.write_text(text)
    return read_variants(str(path))


def test_variants_are_names_and_overrides(tmp_path):
    variants = read(tmp_path, "complete: []\nsmall: [unisar.dim=8, train.epochs=1]\n")
    assert variants == [Variant("complete", ()), Variant("small", ("unisar.dim=8", "train.epochs=1"))]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "variants.yaml: wanted lines of `name: .section.field=value, ....`, one for each variant."),
        ("a: unisar.dim=8", "variants.yaml: `a` wants a list of section.field=value, got 'unisar.dim=8'."),
        ("a: [", "variants.yaml: not YAML"),
    ],
)
def test_a_file_of_another_form_is_refused(tmp_path, text, message):
    with pytest.raises(ConfigError, match=message):
        read(tmp_path, text)


def test_a_missing_file_is_refused():
    with pytest.raises(ConfigError, match="nowhere.yaml: No such file or directory."):
        read_variants("nowhere.yaml")


def test_all_variants_are_checked_before_the_first_is_trained():
    variants = [Variant("complete", ()), Variant("typo", ("unisar.fusoin=false",))]
    with pytest.raises(ConfigError, match="unknown field `unisar.fusoin`. Did you mean `unisar.fusion`?"):
        next(run("configs/online_retail.yaml", [], variants))
