import logging
import os
import warnings

from serving.cli.quiet_tensorflow import quiet_tensorflow


def test_hushes_logs_and_warnings(monkeypatch):
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        quiet_tensorflow()
        warnings.warn("an old Python", FutureWarning, stacklevel=1)
    assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == "3"
    assert not logging.getLogger("tensorflow").isEnabledFor(logging.WARNING)


def test_leaves_what_the_user_has_chosen(monkeypatch):
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "0")
    quiet_tensorflow()
    assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == "0"
