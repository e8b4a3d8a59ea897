"""Measures a model over the whole catalogue, on Beam."""

import functools
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence

import apache_beam as beam

from components.metrics.among_all_items.metrics_file import read_examples, write_metrics
from components.metrics.among_all_items.ranking import LISTS, Ranked, RankInCatalogue
from components.metrics.served_lists.list_sums import ListSums
from components.metrics.served_lists.listed_items import ListedItems, read_listed_items


def evaluate(
    make_pipeline: Callable[[], beam.Pipeline],
    files: Sequence[str],
    catalogue: Sequence[str],
    model_dir: str,
    metrics_dir: str,
    batch_size: int,
    expected: int | None = None,
    exclude_seen: bool = True,
    listed_examples: int = 0,
) -> dict[str, int]:
    """Ranks the positive of each example among all items, and writes the metrics.

    Args:
        make_pipeline: Makes the Beam pipeline to run.
        files: Gzipped TFRecord files of behaviour examples.
        catalogue: Those of the items, as of the split `catalog`.
        model_dir: A SavedModel with the signature `catalogue_ranks`.
        metrics_dir: The folder of `metrics.json`.
        batch_size: Examples that are ranked in one call.
        expected: How many examples there are, to display progress; None if nobody knows. Then no list is asked for.
        exclude_seen: Whether the items of an example's history are left out, see `RankInCatalogue`.
        listed_examples: For about how many examples the model is also asked for the list that it would serve; 0 for
            none.

    Returns:
        How many examples of each surface, and `overall`, were ranked.

    Raises:
        ValueError: No example has a positive.
    """
    share = min(1.0, listed_examples / expected) if expected else 0.0
    with make_pipeline() as pipeline:
        items = pipeline | "Start" >> beam.Create([None]) | "Items" >> beam.Map(lambda _: read_listed_items(catalogue))
        ranked = (
            pipeline
            | "Files" >> beam.Create(list(files))
            | "Read" >> beam.io.ReadAllFromTFRecord()
            | "Batch" >> beam.BatchElements(min_batch_size=batch_size, max_batch_size=batch_size)
            | "Rank"
            >> beam.ParDo(
                RankInCatalogue(model_dir, exclude_seen, expected, share), beam.pvalue.AsSingleton(items)
            ).with_outputs(LISTS, main="ranks")
        )
        added = ranked[LISTS] | "AddLists" >> beam.CombinePerKey(_added)  # type: ignore[arg-type]
        lists = added | "AllLists" >> beam.combiners.ToList()
        _ = (
            ranked.ranks
            | "Count" >> beam.combiners.Count.PerElement()
            | "Gather" >> beam.combiners.ToList()
            | "Write"
            >> beam.Map(
                functools.partial(_write, metrics_dir, exclude_seen),
                lists=beam.pvalue.AsSingleton(lists),
                items=beam.pvalue.AsSingleton(items),
            )
        )
    examples = read_examples(metrics_dir)
    if not examples:
        raise ValueError(f"No example has a positive to be ranked. Received: {len(files)} files: {list(files)[:3]}")
    return examples


def _added(sums: Iterable[ListSums]) -> ListSums:
    return sum(sums, ListSums())


def _write(
    metrics_dir: str,
    exclude_seen: bool,
    counted: Iterable[tuple[Ranked, int]],
    lists: Iterable[tuple[str, ListSums]],
    items: ListedItems,
) -> None:
    by_surface: dict[str, Counter[int]] = defaultdict(Counter)
    by_vectors: dict[str, Counter[int]] = defaultdict(Counter)
    repeats: Counter[str] = Counter()
    for (surface, rank, vector_rank, is_repeat), count in counted:
        by_surface[surface][rank] += count
        if vector_rank is not None:
            by_vectors[surface][vector_rank] += count
        repeats[surface] += count * is_repeat
    figures = {surface: sums.figures(len(items)) for surface, sums in lists}
    write_metrics(metrics_dir, by_surface, exclude_seen, repeats, len(items), by_vectors, figures)
