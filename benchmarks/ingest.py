"""How many events a second become examples, with how much memory, and how large are the examples?

python -m benchmarks.ingest
python -m benchmarks.ingest --events 100000 1000000 10000000 --workers 1 2 --transform
"""

import argparse
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.figures import measuring, own_process, printed_report
from components.synthetic_log.generated_set import generate
from schemas.features import BEHAVIOUR_SPLITS
from tfx_pipeline.config.loading import ConfigError
from tfx_pipeline.config.pipeline_config import PipelineConfig, load_config

CONFIG = "configs/generated.yaml"
EVENTS = (100_000, 1_000_000)
WORKERS = (1, 2)
ITEM_CATALOG = "ItemCatalog"
EXAMPLE_GEN = "BehaviourExampleGen"
DATA_CHECKS = "DataChecks"
"""With StatisticsGen, which Transform waits for. Measured with it, they would count as its own."""
TRANSFORM = "Transform"


def measure(
    sizes: Sequence[int],
    workers: Sequence[int],
    folder: str,
    transform: bool = False,
    config_path: str = CONFIG,
    overrides: Sequence[str] = (),
) -> dict[str, Any]:
    """Measures components of the pipeline on generated logs, each in a process of its own.

    Args:
        sizes: Numbers of events to generate. A log has about as many.
        workers: Numbers of Beam workers. One worker runs in the component's own process; several are processes.
        folder: The folder of logs and runs. Logs that exist are kept, runs are made anew.
        transform: Whether Transform is measured too.
        config_path: The configuration of the generated logs and of their examples.
        overrides: Changes of the configuration, each as `section.field=value`.

    Returns:
        The report.
    """
    rows, examples = [], []
    for size in sizes:
        log = os.path.join(folder, f"log-{size}")
        common = [*overrides, f"data.path={log}", f"generate.events={size}", "generate.truth_users=0"]
        config = load_config(config_path, common)
        counts = generate(config.generate, config.data.source, log, config.data.evaluation_negatives)["counts"]
        for number in workers:
            with tempfile.TemporaryDirectory(prefix=f"run-{size}-{number}-", dir=folder) as root:
                settings = (config_path, (*common, f"root={root}"), number)
                own_process.usage(prepared_run, ITEM_CATALOG, *settings)
                for component in (EXAMPLE_GEN, DATA_CHECKS, TRANSFORM) if transform else (EXAMPLE_GEN,):
                    used = own_process.usage(prepared_run, component, *settings)
                    rows.append(_row(component, counts["events"], number, used))
                bytes_of_examples = _bytes_of_examples(root)
        examples.append(
            {
                "events": counts["events"],
                "users": counts["users"],
                "bytes": bytes_of_examples,
                "bytes_an_event": bytes_of_examples / counts["events"],
            }
        )
    return {
        "workload": {
            "config": config_path,
            "overrides": " ".join(overrides) or "none",
            "items": config.generate.items,
            "recommendation_history": config.data.recommendation_history,
            "search_history": config.data.search_history,
            "train_negatives": config.data.train_negatives,
            "evaluation_negatives": config.data.evaluation_negatives,
        },
        "machine": measuring.machine(),
        "components": rows,
        "examples": examples,
    }


def prepared_run(node: str, config_path: str, overrides: Sequence[str], workers: int) -> Callable[[], None]:
    """Prepares a run of the pipeline up to a node. The nodes before it come from the cache if an earlier run made them.

    Args:
        node: The last node to run.
        config_path: The pipeline's configuration.
        overrides: Changes of the configuration, each as `section.field=value`.
        workers: The number of Beam workers.
    """
    from tfx import v1 as tfx
    from tfx.orchestration.pipeline import RunOptions

    from tfx_pipeline.pipeline import create_training_pipeline

    runner = "direct" if workers == 1 else "multi_processing"
    beam = [f"beam.runner={runner}", f"beam.workers={workers}"]
    config: PipelineConfig = load_config(config_path, [*overrides, *beam])
    os.makedirs(config.run_root, exist_ok=True)
    pipeline = create_training_pipeline(config)
    return lambda: tfx.orchestration.LocalDagRunner().run(pipeline, RunOptions(to_nodes=[node]))


def _row(component: str, events: int, workers: int, used: own_process.Usage) -> dict[str, Any]:
    return {
        "component": component,
        "events": events,
        "workers": workers,
        "seconds": used.seconds,
        "events_per_second": events / used.seconds,
        "cpu_seconds": used.cpu_seconds,
        "events_per_cpu_second": events / used.cpu_seconds,
        "memory_before_mib": used.memory_before_mib,
        "peak_memory_mib": used.peak_memory_mib,
    }


def _bytes_of_examples(root: str) -> int:
    """Returns the size of the behaviour examples. Those of the catalogue depend on the number of items only."""
    files = [file for split in BEHAVIOUR_SPLITS for file in Path(root).glob(f"**/{EXAMPLE_GEN}/**/Split-{split}/*.gz")]
    return sum(file.stat().st_size for file in files)


def main(argv: Sequence[str] | None = None) -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ingest", description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, nargs="+", default=list(EVENTS), help="sizes of the logs")
    parser.add_argument("--workers", type=int, nargs="+", default=list(WORKERS), help="numbers of Beam workers")
    parser.add_argument("--transform", action="store_true", help="measure the statistics and Transform too")
    parser.add_argument("--config", default=CONFIG, help="what is generated, and how examples are made of it")
    parser.add_argument("--set", action="append", default=[], metavar="SECTION.FIELD=VALUE", help="changes the config")
    parser.add_argument("--folder", default="", help="keep the logs there; by default they are removed at the end")
    parser.add_argument("--json", action="store_true", help="print JSON")
    args = parser.parse_args(argv)
    if min(*args.events, *args.workers) < 1:
        parser.error("--events and --workers should be at least 1")
    with tempfile.TemporaryDirectory() as passing:
        folder = args.folder or passing
        os.makedirs(folder, exist_ok=True)
        try:
            report = measure(args.events, args.workers, folder, args.transform, args.config, args.set)
        except ConfigError as error:
            parser.error(str(error))
    printed_report.show(report, args.json)


if __name__ == "__main__":
    main()
