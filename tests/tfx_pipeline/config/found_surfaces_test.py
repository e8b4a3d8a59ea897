"""What becomes of `train.surfaces` where the log lacks a surface. FEED and SEARCH are what the log has."""

import pytest

from schemas.canonical_event import Surface
from tfx_pipeline.config.found_surfaces import fitted, trained_surfaces
from tfx_pipeline.config.loading import ConfigError
from tfx_pipeline.config.pipeline_config import load_config

FEED, SEARCH = (Surface.RECOMMENDATION,), (Surface.SEARCH,)
RETRIEVER = "retriever.model=unifiedssr"
PRETRAINED = ("data.pretraining_events=more.tsv", "fine_tuning.surfaces=[recommendation]")


@pytest.fixture
def config(tmp_path):
    def load(*overrides):
        (tmp_path / "c.yaml").write_text("data:\n  events: e.tsv\n")
        return load_config(str(tmp_path / "c.yaml"), overrides)

    return load


@pytest.mark.parametrize(
    ("overrides", "found", "train", "retriever", "remark"),
    [
        ((), FEED + SEARCH, "both", "both", ""),
        ((), FEED, "recommendation", "both", "The log has no search event with an engagement; train.surfaces: "),
        ((), SEARCH, "search", "both", "The log has no recommendation event with an engagement; train.surfaces: "),
        ((RETRIEVER,), SEARCH, "search", "search", "The log has no recommendation event with an engagement; train"),
        # What the user set for one surface alone stays so.
        (("train.surfaces=[search]",), SEARCH, "search", "both", ""),
        # A log without any engagement is told by the run, with its files.
        ((), (), "both", "both", ""),
        # The joint training learns from another log.
        (PRETRAINED, FEED, "both", "both", ""),
    ],
)
def test_trainings_are_on_what_is_there(overrides, found, train, retriever, remark, config):
    both = {"recommendation", "search"}
    before = config(*overrides)
    after, said = fitted(before, found)
    assert set(after.train.surfaces) == (both if train == "both" else {train})
    assert set(after.retriever.train.surfaces) == (both if retriever == "both" else {retriever})
    assert said.startswith(remark) and bool(said) == bool(remark)
    assert said or after == before
    if said:
        assert said.endswith(f"train.surfaces: [{train}]")
        # One model is evaluated and pushed, on this surface alone.
        assert [served.surfaces for served in after.served_models] == [(train,)]


@pytest.mark.parametrize(
    ("overrides", "found", "message"),
    [
        (
            ("train.surfaces=[search]",),
            (),
            r"train\.surfaces = \[search\]: the log has no search event with an engagement\. Set train\.surfaces: "
            r"\[recommendation\], or name the column that tells the surface \(data\.columns\.surface\)\.",
        ),
        (
            ("fine_tuning.surfaces=[recommendation, search]",),
            SEARCH,
            r"fine_tuning\.surfaces = \[recommendation, search\]: the log has no recommendation event .* "
            r"Set fine_tuning\.surfaces: \[search\], or",
        ),
        (
            (RETRIEVER, "retriever.train.surfaces=[search]"),
            FEED,
            r"retriever\.train\.surfaces = \[search\]: .* Set retriever\.train\.surfaces: \[recommendation\], or",
        ),
        (
            ("train.gradient_projection=true",),
            FEED,
            r"train\.gradient_projection = true: the log has no search event with an engagement, and it needs the "
            r"gradients of both surfaces\. Set train\.gradient_projection: false, or name the column that tells",
        ),
        (
            (RETRIEVER, "retriever.train.gradient_projection=true"),
            SEARCH,
            r"retriever\.train\.gradient_projection = true: the log has no recommendation event .* "
            r"Set retriever\.train\.gradient_projection: false, or",
        ),
    ],
)
def test_a_training_on_what_is_missing_is_refused(overrides, found, message, config):
    with pytest.raises(ConfigError, match=f"^{message}"):
        fitted(config(*overrides), found)


@pytest.mark.parametrize(
    ("overrides", "surfaces"),
    [
        ((), FEED + SEARCH),
        (("train.surfaces=[search]",), SEARCH),
        (("train.surfaces=[search]", RETRIEVER), FEED + SEARCH),
        (PRETRAINED, FEED),
    ],
)
def test_surfaces_that_trainings_ask_for(overrides, surfaces, config):
    assert trained_surfaces(config(*overrides)) == surfaces
