import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.pipeline import Pipeline
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from tfx.utils import dependency_utils

from tfx_pipeline.config.pipeline_config import PipelineConfig
from tfx_pipeline.runners.beam_options import for_executors


@pytest.mark.parametrize("beam_args", [(), ("--direct_num_workers=2",), ("--runner=DirectRunner",)])
def test_beams_own_runner_needs_no_package_of_tfx(beam_args):
    options = for_executors(beam_args)
    assert options[:-1] == list(beam_args)
    # TFX returns the options as they are where it packs nothing.
    assert dependency_utils.make_beam_dependency_flags(options) == options


@pytest.mark.parametrize(
    "runner", ["--runner=FlinkRunner", "--runner DataflowRunner", "--runner=DirectRunner --sdk_container_image=image:1"]
)
def test_what_other_runners_do_and_what_is_asked_for_stays(runner):
    assert for_executors(runner.split()) == runner.split()


def test_pipelines_run_in_this_process_and_nothing_is_downloaded_for_it():
    beam_args = PipelineConfig(name="any").beam_args
    options = for_executors(beam_args)
    assert options[1:] == [*beam_args[1:], "--sdk_container_image=none"]
    assert dependency_utils.make_beam_dependency_flags(options) == options
    assert type(Pipeline(options=PipelineOptions(options)).runner) is FnApiRunner
