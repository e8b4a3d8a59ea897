import os

from components.servability_gate.candidate_folder import add_version, folder_mb
from serving.local_server.version_folders import version_folders
from tests.support.rank_models import save_rank_model


def test_a_version_is_the_model_by_links_and_what_it_brings_along(tmp_path):
    model = tmp_path / "model"
    save_rank_model(model)
    (model / "assets.extra").mkdir()
    (model / "assets.extra" / "note").write_text("kept")
    before = sorted(path.relative_to(model) for path in model.rglob("*"))

    file = add_version(str(model), str(tmp_path / "base"), 3)

    assert file == str(tmp_path / "base" / "3" / "assets.extra" / "tf_serving_warmup_requests")
    (tmp_path / "base" / "3" / "assets.extra" / "tf_serving_warmup_requests").write_text("requests")
    version = tmp_path / "base" / "3"
    assert version_folders(str(tmp_path / "base")) == {3: str(version)}
    assert os.readlink(version / "saved_model.pb") == str(model / "saved_model.pb")
    assert (version / "assets.extra" / "note").read_text() == "kept"
    assert (version / "variables" / "variables.index").exists()
    # The trained model's own folder is as it was.
    assert sorted(path.relative_to(model) for path in model.rglob("*")) == before


def test_everything_in_a_folder_counts(tmp_path):
    (tmp_path / "deep" / "deeper").mkdir(parents=True)
    (tmp_path / "one").write_bytes(b"x" * 1_000_000)
    (tmp_path / "deep" / "deeper" / "two").write_bytes(b"x" * 500_000)
    assert folder_mb(str(tmp_path)) == 1.5
