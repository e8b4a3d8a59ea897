"""`tuner_fn`, which TFX's Tuner calls. It is thin and has no classes, because TFX reloads this module."""

from typing import Any

from tfx import v1 as tfx

from tfx_pipeline.training.training_job import files_of_split
from tfx_pipeline.tuning import search_job


def tuner_fn(fn_args: Any) -> tfx.components.TunerFnResult:
    """Makes the tuner of the configured search.

    Args:
        fn_args: A `tfx.components.FnArgs`. Its files are those of the Trainer; `custom_config` is what
            `search_job.custom_config` made.
    """
    tuner = search_job.tuner_of(
        fn_args.custom_config,
        {
            "train_files": files_of_split(fn_args.train_files, "train", "pretrain"),
            "catalog_files": files_of_split(fn_args.train_files, "catalog"),
            "audience_files": files_of_split(fn_args.train_files, "audience"),
            "validation_files": tuple(fn_args.eval_files),
            "transform_graph": fn_args.transform_graph_path,
        },
    )
    return tfx.components.TunerFnResult(tuner=tuner, fit_kwargs={})
