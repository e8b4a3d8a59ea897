import pytest

from components.data_checks.request_statistics import request_statistics
from components.raw_files.refusal import DataError
from schemas import features
from schemas.behaviour_schema import behaviour_schema
from tests.support import surface_examples
from tests.support.raw_files import make_pipeline


def test_all_files_are_counted(tmp_path):
    for name, share in (("a", 1.0), ("b", 0.5)):
        surface_examples.write(tmp_path / name, search_share=share)
    (dataset,) = request_statistics(make_pipeline, f"{tmp_path}/*", behaviour_schema()).datasets
    assert dataset.num_examples == 200
    (surface,) = (each for each in dataset.features if each.path.step == [features.SURFACE])
    counts = {bucket.label: bucket.sample_count for bucket in surface.string_stats.rank_histogram.buckets}
    assert counts == {"search": 150, "recommendation": 50}
    with pytest.raises(DataError, match=r"data_checks\.requests = .*/no: no such file"):
        request_statistics(make_pipeline, f"{tmp_path}/no", behaviour_schema())
