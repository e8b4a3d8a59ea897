import sys

import pytest

from components.servability_gate.separate_process import verdict_of
from components.servability_gate.verdict import Verdict


def _python(program: str) -> list[str]:
    return [sys.executable, "-c", program]


def test_reads_the_last_line_whatever_was_printed_before():
    line = Verdict(("reason",), 2.0).to_json()
    program = f"import sys; print('noise'); print({line!r}); sys.exit(1)"
    assert verdict_of(_python(program), timeout_s=60) == Verdict(("reason",), 2.0)


def test_a_model_that_takes_its_process_down_is_refused_and_the_pipeline_lives():
    program = "import os, sys; print('loading', file=sys.stderr, flush=True); os.abort()"
    (reason,) = verdict_of(_python(program), timeout_s=60).reasons
    assert reason.startswith("the process that ran the model was ended by SIGABRT: loading")


def test_a_model_that_never_answers_is_refused():
    (reason,) = verdict_of(_python("import time; time.sleep(60)"), timeout_s=0.5).reasons
    assert reason == "the model had not answered everything after 0.5 s"


def test_a_check_that_fails_says_nothing_about_the_model():
    with pytest.raises(RuntimeError, match=r"could not be carried out \(exit code 2\): nothing to read"):
        verdict_of(
            _python("import sys; print('noise'); print('nothing to read', file=sys.stderr); sys.exit(2)"), timeout_s=60
        )
    with pytest.raises(RuntimeError, match=r"(?s)\(exit code 1\): .*ImportError: missing"):
        verdict_of(_python("raise ImportError('missing')"), timeout_s=60)


def test_the_process_sees_our_packages_and_no_accelerator(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    program = (
        "import os; from components.servability_gate.verdict import Verdict; "
        "print(Verdict((os.environ['CUDA_VISIBLE_DEVICES'],)).to_json())"
    )
    assert verdict_of(_python(program), timeout_s=60).reasons == ("-1",)
