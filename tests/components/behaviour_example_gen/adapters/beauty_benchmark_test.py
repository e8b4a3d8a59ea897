"""The Beauty benchmark as it lies beside the checkout, read by the adapter; skipped where it does not."""

import pytest

from components.behaviour_example_gen.adapters.fixed_benchmark import read_candidates, read_events, source_files
from components.behaviour_example_gen.config import DataConfig
from components.raw_files.refusal import Reject
from tests.support.shared_data import SHARED, needs_shared

FOLDER = SHARED / "benchmarks/beauty"
CONFIG = DataConfig(source="fixed_benchmark", events=str(FOLDER))
ROWS = {
    "candidates_recommendation_validation.tsv.gz": 13_600,
    "candidates_search_validation.tsv.gz": 13_687,
    "candidates_recommendation_test.tsv.gz": 18_784,
    "candidates_search_test.tsv.gz": 18_922,
}

pytestmark = needs_shared("benchmarks/beauty")


@pytest.mark.parametrize("name", ROWS)
def test_candidates(name):
    rows = list(read_candidates(str(FOLDER / name), CONFIG))
    assert len(rows) == ROWS[name]
    assert {len(row.negatives) for _, row in rows} == {99}


@pytest.mark.e2e
def test_events():
    (path,) = source_files(CONFIG).event_files
    found = list(read_events(path, CONFIG, 1_700_000_000_000))
    assert len(found) == 198_502
    assert not [each for each in found if isinstance(each, Reject)]
