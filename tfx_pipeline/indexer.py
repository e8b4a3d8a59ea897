"""`run_fn` of indexing, which TFX's Trainer calls. It is thin and has no classes, because TFX reloads this module."""

from typing import Any

from tfx_pipeline.indexing import indexing_job
from tfx_pipeline.training import training_job


def run_fn(fn_args: Any) -> None:
    """Exports the model of `fn_args.base_model` with the items of the catalogue's split, new ones too.

    Args:
        fn_args: A `tfx.components.FnArgs`. `train_files` holds the raw files of the tables' splits, `transform_output`
            is what the model was trained with, `custom_config` what its training was given, and `train_files`, patterns
            of the examples that it learned from, and `transform_config`, what its preprocessing function was given.
    """
    settings = dict(fn_args.custom_config)
    transform_config = settings.pop("transform_config")
    indexing_job.run(
        training_job.TrainingJob(
            train_files=tuple(settings.pop("train_files")),
            validation_files=(),
            catalog_files=training_job.files_of_split(fn_args.train_files, "catalog"),
            audience_files=training_job.files_of_split(fn_args.train_files, "audience"),
            transform_graph=fn_args.transform_output,
            model_dir=fn_args.serving_model_dir,
            log_dir=fn_args.model_run_dir,
            start_from=fn_args.base_model,
            **training_job.from_custom_config(settings),
        ),
        transform_config,
    )
