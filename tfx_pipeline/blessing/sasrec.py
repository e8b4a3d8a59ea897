"""The SASRec that a model may have to beat beside the simple rules (`evaluation.sasrec`).

It is made of our own blocks: UnifiedSSR without all that SASRec does not have. What is left is a causal transformer
over the clicked items, known by their ids alone; a dot product with an item's vector is the item's score. Beside the
paper (Kang and McAuley 2018, arXiv 1808.09781) it differs in this:

* The loss is a softmax over many drawn items, corrected by their popularity, in place of one drawn item a position:
  SASRec is far better with it (Klenitskiy and Vasilev 2023, arXiv 2309.07602), and a rival should be a strong one.
* Positions are sinusoidal, and a learned start stands before the first item.
* A row's history is that of its surface. In search an event is a session, the mean of its clicked items, and the query
  is not read, as SASRec reads none. Both surfaces share all weights.
"""

import dataclasses
from typing import Final

from models.unifiedssr.unifiedssr_config import UnifiedSSRConfig
from tfx_pipeline.config.pipeline_config import ExportConfig, PipelineConfig
from tfx_pipeline.config.training_config import BOTH_SURFACES, TrainConfig

PREFIX: Final = "Sasrec"
"""What the id of its training begins with."""


def plain(config: PipelineConfig) -> PipelineConfig:
    """The configuration in which `unifiedssr` is SASRec and `train` its training.

    Its sizes are those of the section `unifiedssr`, whichever model is trained. Its training is `auto`, on the surfaces
    that are served, with the model's seed.
    """
    of = config.unifiedssr
    served = {surface for model in config.served_models for surface in model.surfaces}
    return dataclasses.replace(
        config,
        unifiedssr=UnifiedSSRConfig(
            dim=of.dim,
            hidden_dim=of.hidden_dim,
            num_heads=of.num_heads,
            num_layers=of.num_layers,
            dropout=of.dropout,
            recommendation_history=of.recommendation_history,
            search_history=of.search_history,
            user_embedding=False,
            item_attributes=False,
            query_branch=False,
            sessions=0,
            loss="softmax",
            softmax_negatives=of.softmax_negatives,
            popularity_correction=1.0,
        ),
        train=TrainConfig(
            surfaces=tuple(surface for surface in BOTH_SURFACES if surface in served),
            sequence_ends_only=True,
            shuffle_buffer=config.train.shuffle_buffer,
            seed=config.train.seed,
        ),
        # Nobody asks it for lists, so it needs no index that only approximates them.
        export=ExportConfig(),
    )
