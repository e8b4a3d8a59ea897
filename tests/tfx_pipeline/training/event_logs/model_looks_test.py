import pytest

from schemas.canonical_event import Surface
from tests.support import small_models
from tests.support.event_logs import scalars_of
from tfx_pipeline.training.event_logs.event_writers import EventWriters
from tfx_pipeline.training.event_logs.model_looks import ModelLooks


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """A clock that stands unless somebody moves it."""
    now = [100.0]
    monkeypatch.setattr("tfx_pipeline.training.event_logs.model_looks.time.monotonic", lambda: now[0])
    return now


def written(folder, model, sides, epochs=1):
    reads = []

    def read_rows():
        reads.append(1)
        return sides

    callback = ModelLooks(EventWriters(str(folder)), read_rows)
    callback.set_model(model)
    for epoch in range(epochs):
        callback.on_epoch_begin(epoch)
        callback.on_epoch_end(epoch)
    return scalars_of(folder / "validation"), len(reads)


def gates(found):
    return {tag: values for tag, values in found.items() if tag.startswith("gates/")}


def test_the_share_of_each_expert_is_written_by_surface_for_the_same_rows(tmp_path):
    model = small_models.unisar()
    sides, _ = small_models.joint()
    found, reads = written(tmp_path, model, sides, epochs=2)
    experts = ("own_1", "shared_1", "shared_2")
    assert set(gates(found)) == {f"gates/{surface.value}/{name}" for surface in Surface for name in experts}
    for surface in Surface:
        wanted = model.gate_shares(sides[surface.value], surface)
        for name in experts:
            share = pytest.approx(float(wanted[name]), rel=1e-5)
            assert found[f"gates/{surface.value}/{name}"] == [(1, share), (2, share)]
    assert reads == 1


def test_epochs_that_are_short_beside_a_look_are_passed_over(tmp_path, clock):
    class Gated:
        """A look at a side takes a second."""

        def gate_shares(self, inputs, surface):
            clock[0] += 1
            return {"own_1": 1.0}

    callback = ModelLooks(EventWriters(str(tmp_path)), lambda: {"search": {"x": [0]}})
    callback.set_model(Gated())
    for epoch in range(6):
        callback.on_epoch_begin(epoch)
        clock[0] += 11  # Two make more than 20 seconds.
        callback.on_epoch_end(epoch)
    assert [epoch for epoch, _ in scalars_of(tmp_path / "validation")["gates/search/own_1"]] == [1, 2, 4, 6]


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
    assert gates(written(tmp_path / "single", single, small_models.joint()[0])[0]) == {}
    # UnifiedSSR has no transitions either.
    assert written(tmp_path / "other", small_models.unifiedssr(), small_models.joint()[0])[0] == {}


def test_the_share_of_each_transition_is_written_by_surface_and_by_layer(tmp_path):
    model = small_models.unisar(num_layers=2)
    sides, _ = small_models.joint()
    found, _ = written(tmp_path, model, sides)
    for surface in Surface:
        shares, by_layer = model.transition_shares(sides[surface.value], surface)
        assert set(shares) == {"r_itself", "r2r", "s2r", "s_itself", "s2s", "r2s"}
        transitions = ("r2r", "s2r", "s2s", "r2s", "fusion_r", "fusion_s")
        assert set(by_layer) == {f"{each}_{layer}" for each in transitions for layer in (1, 2)}
        for group, values in (("attention", shares), ("attention_by_layer", by_layer)):
            own = {tag for tag in found if tag.startswith(f"{group}/{surface.value}/")}
            assert own == {f"{group}/{surface.value}/{name}" for name in values}
            for name, value in values.items():
                assert found[f"{group}/{surface.value}/{name}"] == [(1, pytest.approx(float(value), abs=1e-5))]
