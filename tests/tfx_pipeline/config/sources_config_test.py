import pytest

from schemas.retrieval_sources import SOURCES
from tfx_pipeline.config.sources_config import SourcesConfig


def test_every_source_but_the_history_is_on_by_default_and_all_but_one_can_be_switched_off():
    assert [name for name, quota in vars(SourcesConfig()).items() if not quota] == ["history"]
    assert [*vars(SourcesConfig())] == [*SOURCES]
    SourcesConfig(1, 0, 0, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("vectors", 0, "`vectors` should be at least 1. Received: vectors=0"),
        ("words", -1, "`words` should be at least 0. Received: words=-1"),
        ("queries", -1, "`queries` should be at least 0. Received: queries=-1"),
        ("history", -1, "`history` should be at least 0. Received: history=-1"),
        ("neighbours", 10_001, "`neighbours` should be at most 10000. Received: neighbours=10001"),
    ],
)
def test_numbers_that_nothing_could_offer_are_refused(name, value, message):
    with pytest.raises(ValueError, match=message):
        SourcesConfig(**{name: value})
