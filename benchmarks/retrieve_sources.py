"""Measures how many of the wanted items each source of candidates brings, and what the composed model makes of them.

It takes the weights of a finished run of a model that retrieves and ranks (`retriever.model`), and trains nothing. For
each variant it exports the retriever anew, joins it with the run's ranker, and asks both about the examples of a split,
among all items: is the wanted item among those that are handed over (recall), and where does the answer have it?
"""

import argparse
import dataclasses
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import tensorflow as tf
import tensorflow_transform as tft

from benchmarks.figures.printed_report import Report, show
from components.retrieve_then_rank.composed_model import save_composed_model
from components.servability_gate.checks.signature_defs import read_signature_defs
from components.servability_gate.requests.rank_inputs import strings
from components.servability_gate.requests.signature_inputs import signature_request
from schemas import features, retrieval_sources, signatures
from schemas.canonical_event import Surface
from tfx_pipeline.config.pipeline_config import PipelineConfig, load_config
from tfx_pipeline.config.sources_config import SourcesConfig
from tfx_pipeline.training import trained_weights, training_job

_CUT_OFF = 5
_BATCH = 64
_SIGNATURES = {Surface.SEARCH: signatures.SEARCH, Surface.RECOMMENDATION: signatures.RECOMMEND}


def measure(
    config: PipelineConfig, every_source: bool, split: str, mixes: Sequence[str] = ()
) -> Iterator[dict[str, object]]:
    """Measures each variant on each surface.

    Args:
        config: The configuration of the run.
        every_source: Whether to measure each source beside the vectors, too.
        split: The split whose examples are asked about.
        mixes: Quotas that differ from the configuration's, each as `words=50,neighbours=40`.

    Yields:
        Rows of a table.
    """
    root = Path(config.pipeline_root)
    job = _job(config, root)
    ranker = str(_newest(root / "Trainer" / "model") / "Format-Serving")
    examples = list(_wanted(root, split))
    transform_output = tft.TFTransformOutput(job.transform_graph)
    catalogue = training_job.read_catalog(job, transform_output)
    model = training_job.build_model(job, transform_output, catalogue)
    trained_weights.load(model, job.model_dir)
    for name, sources in _variants(config, every_source, mixes).items():
        with tempfile.TemporaryDirectory() as folder:
            retriever, composed = f"{folder}/retriever", f"{folder}/composed"
            variant = dataclasses.replace(job, sources=sources, model_dir=retriever)
            training_job.export(model, variant, transform_output, catalogue)
            save_composed_model(retriever, ranker, composed, config.retriever.retrieved, config.adds_item_prior)
            for surface, signature in _SIGNATURES.items():
                told = surface.value.encode()
                own = [example for example in examples if strings(example, features.SURFACE) == [told]]
                handed = _places(retriever, signature, own, config.retriever.retrieved)
                answered = _places(composed, signature, own, _CUT_OFF)
                yield {
                    "sources": name,
                    "surface": surface.value,
                    "examples": len(own),
                    f"recall@{config.retriever.retrieved}": float(np.mean(handed > 0)),
                    f"hr@{_CUT_OFF}": float(np.mean(answered > 0)),
                    f"ndcg@{_CUT_OFF}": float(np.mean((answered > 0) / np.log2(1 + np.maximum(answered, 1)))),
                }


def _variants(config: PipelineConfig, every_source: bool, mixes: Sequence[str]) -> dict[str, SourcesConfig | None]:
    own = config.retriever.sources
    off = {name: 0 for name in retrieval_sources.SOURCES if name != retrieval_sources.VECTORS}
    half = config.retriever.retrieved // 2
    each = {f"vectors, {name}": SourcesConfig(**{**off, "vectors": half, name: half}) for name in off}
    others = [dataclasses.replace(own, **_quotas(mix)) for mix in mixes]
    return {"vectors alone": None, **(each if every_source else {}), **{_told(mix): mix for mix in (own, *others)}}


def _told(sources: SourcesConfig) -> str:
    return ", ".join(f"{name} {quota}" for name, quota in vars(sources).items() if quota)


def _quotas(mix: str) -> dict[str, int]:
    """Reads `words=50,neighbours=40`."""
    pairs = [pair.partition("=")[::2] for pair in mix.split(",")]
    wrong = [name for name, quota in pairs if name not in retrieval_sources.SOURCES or not quota.isdecimal()]
    if wrong:
        raise SystemExit(
            f"--mix should be quotas such as words=50,neighbours=40, of {', '.join(retrieval_sources.SOURCES)}. "
            f"Received: {mix}"
        )
    return {name: int(quota) for name, quota in pairs}


def _job(config: PipelineConfig, root: Path) -> training_job.TrainingJob:
    transformed = _newest(root / "Transform" / "transformed_examples")
    told = training_job.custom_config(config, config.retriever.model, config.retriever.train)

    def files(split: str) -> tuple[str, ...]:
        return (str(transformed / f"Split-{split}" / "*"),) if (transformed / f"Split-{split}").is_dir() else ()

    return training_job.TrainingJob(
        train_files=files(features.TRAIN_SPLIT),
        validation_files=files(features.VALIDATION_SPLIT),
        catalog_files=files(features.CATALOG_SPLIT),
        audience_files=files(features.AUDIENCE_SPLIT),
        transform_graph=str(_newest(root / "Transform" / "transform_graph")),
        model_dir=str(_newest(root / "RetrieverTrainer" / "model") / "Format-Serving"),
        log_dir="",
        **training_job.from_custom_config(told),
    )


def _newest(folder: Path) -> Path:
    versions = [path for path in folder.glob("*") if path.name.isdecimal()]
    if not versions:
        raise SystemExit(
            f"{folder} holds nothing. Give the configuration of a finished run that has a `retriever.model`, and its "
            "`root` if it has another one."
        )
    return max(versions, key=lambda path: int(path.name))


def _wanted(root: Path, split: str) -> Iterator[tf.train.Example]:
    """The examples of a split, each with its positive alone as the candidate."""
    folder = _newest(root / "BehaviourExampleGen" / "examples") / f"Split-{split}"
    files = [str(path) for path in sorted(folder.glob("*.gz"))]
    for record in tf.data.TFRecordDataset(files, compression_type="GZIP"):
        example = tf.train.Example.FromString(record.numpy())
        labels = example.features.feature[features.LABELS].float_list.value
        candidates = example.features.feature[features.CANDIDATES].bytes_list
        positives = [item for item, label in zip(candidates.value, labels, strict=True) if label > 0]
        if positives:
            candidates.value[:] = positives
            yield example


def _places(model_dir: str, signature: str, examples: Sequence[tf.train.Example], k: int) -> np.ndarray:
    """The place of each wanted item in the answer, from 1; 0 where it is not there."""
    defs, loaded = read_signature_defs(model_dir), tf.saved_model.load(model_dir)
    places = []
    for first in range(0, len(examples), _BATCH):
        batch = examples[first : first + _BATCH]
        given = {
            signatures.K: np.full([len(batch)], k, np.int32),
            signatures.EXCLUDE_SEEN: np.zeros([len(batch)], bool),
        }
        inputs = signature_request(defs, signature, batch, given)
        answer = loaded.signatures[signature](**{name: tf.constant(value) for name, value in inputs.items()})
        wanted = np.array([strings(example, features.CANDIDATES)[0] for example in batch], object)
        is_wanted = answer[signatures.ITEMS].numpy() == wanted[:, np.newaxis]
        places.append(np.where(is_wanted.any(axis=1), is_wanted.argmax(axis=1) + 1, 0))
    return np.concatenate(places) if places else np.zeros(0, np.int64)


def main(argv: Sequence[str] | None = None) -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.retrieve_sources", description=__doc__.splitlines()[0])
    parser.add_argument("--config", default="configs/online_retail.yaml", help="the configuration of a finished run")
    parser.add_argument(
        "--set", action="append", default=[], metavar="SECTION.FIELD=VALUE", help="change a field, such as the root"
    )
    parser.add_argument("--every_source", action="store_true", help="measure each source beside the vectors, too")
    parser.add_argument(
        "--mix",
        action="append",
        default=[],
        metavar="SOURCE=QUOTA,...",
        help="measure other quotas, too; those that it does not name are the configuration's",
    )
    parser.add_argument(
        "--split",
        choices=(features.VALIDATION_SPLIT, features.TEST_SPLIT),
        default=features.TEST_SPLIT,
        help="whose examples are asked about; quotas are chosen by those of validation",
    )
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    args = parser.parse_args(argv)
    rows = measure(load_config(args.config, args.set), args.every_source, args.split, args.mix)
    report: Report = {"sources": list(rows)}
    show(report, args.json)


if __name__ == "__main__":
    main()
