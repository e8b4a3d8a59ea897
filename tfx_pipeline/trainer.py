"""`run_fn`, which TFX's Trainer calls. It is thin and has no classes, because TFX reloads this module."""

from typing import Any

from tfx_pipeline.training import training_job
from tfx_pipeline.tuning import tuned_values


def run_fn(fn_args: Any) -> None:
    """Trains the configured model and exports it to `fn_args.serving_model_dir`.

    Args:
        fn_args: A `tfx.components.FnArgs`. `train_files` holds the files of the split `train` or `pretrain` and of the
            tables' splits, `eval_files` those of the validation split. `custom_config` is what
            `training_job.custom_config` made. `base_model`, if set, is the model whose weights it starts from.
            `hyperparameters`, if set, are the best values of a search, which replace those of the configuration.
    """
    best = tuned_values.values_of(fn_args.hyperparameters) if fn_args.hyperparameters else {}
    learned_from = ("train", "pretrain")
    training_job.run(
        training_job.TrainingJob(
            train_files=training_job.files_of_split(fn_args.train_files, *learned_from),
            catalog_files=training_job.files_of_split(fn_args.train_files, "catalog"),
            audience_files=training_job.files_of_split(fn_args.train_files, "audience"),
            validation_files=tuple(fn_args.eval_files),
            transform_graph=fn_args.transform_output,
            model_dir=fn_args.serving_model_dir,
            log_dir=fn_args.model_run_dir,
            start_from=fn_args.base_model or "",
            **training_job.from_custom_config(tuned_values.settled(fn_args.custom_config, best)),
        )
    )
