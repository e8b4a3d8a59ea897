"""The histories that a scoring sends, beside those that the command line sends."""

import apache_beam as beam
import pytest
from apache_beam.testing.util import assert_that, equal_to

from components.sources.data_config import DataConfig
from schemas.canonical_event import Surface, Token
from serving.shop_log.event_log import HistoryLimits
from tests.support.raw_files import make_pipeline, write
from tfx_pipeline.cli.asking.source_log import read_source_log
from tfx_pipeline.scoring.user_histories import part_of, read_histories

LOG = """\
user_id,timestamp_ms,surface,query,session_id,item_id,label
u1,3000,recommendation,,,c,1
u1,1000,recommendation,,,a,1
u1,2000,search,red,s1,b,1
u1,2500,search,red,s1,d,1
u1,2600,recommendation,,,z,0
u2,1000,recommendation,,,a,1
u2,1000,recommendation,,,a,1
u3,1000,search,nothing,s9,,1
u3,99999999999999,recommendation,,,a,1
"""
REFUSED = "future time"
LIMITS = HistoryLimits(recommendation_history=1, search_history=1, items_per_session=1)
NOW = 10_000


@pytest.fixture
def config(tmp_path):
    return DataConfig(events=write(tmp_path / "my log.csv", LOG), earliest="1970-01-01")


def check(config, parts, of, expected):
    """Reads some of the parts, which are to hold these users with their histories."""
    with make_pipeline() as pipeline:
        read = read_histories(pipeline, config, LIMITS, NOW, parts, of)
        assert_that(read.histories, equal_to(expected), label="histories")
        told = read.report | beam.Map(lambda each: (each.rows, dict(each.reasons)))
        assert_that(told, equal_to([(9, {REFUSED: 1})]), label="report")


def test_each_user_has_the_newest_tokens_of_each_surface_once(config):
    expected = [
        ("u1", (Token(Surface.SEARCH, ("d",), "red"), Token(Surface.RECOMMENDATION, ("c",)))),
        ("u2", (Token(Surface.RECOMMENDATION, ("a",)),)),
        ("u3", (Token(Surface.SEARCH, (), "nothing"),)),
    ]
    check(config, [0], 1, expected)
    # That is what a client sends which reads the log.
    log = read_source_log(config, say=lambda text: None)
    assert [(user, log.history_of(user, LIMITS)) for user in ("u1", "u2", "u3")] == expected


def test_a_user_belongs_to_one_part_and_other_parts_are_not_read(config):
    # As `printf u1 | gzip -c | tail -c8 | head -c4 | od -tx4` prints it.
    parts = {"u1": 0x424F9F76 % 5, "u2": 0xDB46CECC % 5, "u3": 0xAC41FE5A % 5}
    assert {user: part_of(user, 5) for user in parts} == parts
    log = read_source_log(config, say=lambda text: None)
    for wanted in ([parts["u2"]], [part for part in range(5) if part != parts["u2"]]):
        check(config, wanted, 5, [(user, log.history_of(user, LIMITS)) for user in parts if parts[user] in wanted])
