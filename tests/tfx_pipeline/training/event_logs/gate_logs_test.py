import pytest

from schemas.canonical_event import Surface
from tests.support import small_models
from tests.support.event_logs import scalars_of
from tfx_pipeline.training.event_logs.event_writers import EventWriters
from tfx_pipeline.training.event_logs.gate_logs import GateLogs


def written(folder, model, sides, epochs=1):
    reads = []

    def read_rows():
        reads.append(1)
        return sides

    callback = GateLogs(EventWriters(str(folder)), read_rows)
    callback.set_model(model)
    for epoch in range(epochs):
        callback.on_epoch_end(epoch)
    return scalars_of(folder / "validation"), len(reads)


def test_the_share_of_each_expert_is_written_by_surface_for_the_same_rows(tmp_path):
    model = small_models.unisar()
    sides, _ = small_models.joint()
    found, reads = written(tmp_path, model, sides, epochs=2)
    experts = ("own_1", "shared_1", "shared_2")
    assert set(found) == {f"gates/{surface.value}/{name}" for surface in Surface for name in experts}
    for surface in Surface:
        wanted = model.gate_shares(sides[surface.value], surface)
        for name in experts:
            share = pytest.approx(float(wanted[name]), rel=1e-5)
            assert found[f"gates/{surface.value}/{name}"] == [(1, share), (2, share)]
    assert reads == 1


def test_an_expert_that_has_collapsed_shows(tmp_path):
    model = small_models.unisar()
    _, bias = model.experts.gates[Surface.SEARCH.model_index]
    bias.assign([0.0, -50.0, 0.0])
    found, _ = written(tmp_path, model, small_models.joint()[0])
    assert found["gates/search/shared_1"][0][1] < 1e-6 < 0.1 < found["gates/recommendation/shared_1"][0][1]


def test_a_side_without_rows_a_single_expert_and_another_model_have_none(tmp_path):
    sides, _ = small_models.joint(0, 4)
    found, _ = written(tmp_path / "one side", small_models.unisar(), sides)
    assert {tag.split("/")[1] for tag in found} == {"search"}
    single = small_models.unisar(shared_experts=1, task_experts=0)
    for name, model in (("single", single), ("other", small_models.unifiedssr())):
        assert written(tmp_path / name, model, small_models.joint()[0])[0] == {}
