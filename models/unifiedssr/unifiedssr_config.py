"""UnifiedSSR's hyper-parameters. Importing this needs no Keras, so a pipeline reads its configuration quickly."""

from dataclasses import asdict, dataclass
from typing import Any, Final

from schemas.canonical_event import Surface
from schemas.number_checks import check_below_one, check_least

LOSSES: Final = ("binary", "softmax")


@dataclass(frozen=True)
class UnifiedSSRConfig:
    """The model and its losses (arXiv 2310.13921).

    Attributes:
        dim: Width of all embeddings and representations; even.
        hidden_dim: Width of the feed-forward layers; 0 takes twice `dim`.
        num_heads: Attention heads; divides `dim`.
        num_layers: Layers of the Siamese encoder, each fed by the one before; at least 1.
        dropout: Share of entries dropped in training, from 0 to below 1.
        recommendation_history: The most events of a recommendation history; in a pipeline always
            `data.recommendation_history`.
        search_history: The most sessions of a search history; in a pipeline always `data.search_history`.
        user_embedding: Add the user's embedding to each position. Off, users with equal histories are equal.
        input_norm: Normalize the sum of an event's and its user's vectors before its position is added (not in the
            paper). Vectors of ids start much shorter than those of positions, and outweigh them only after many epochs.
        item_attributes: Embed what is known of the items with their ids. Off, items are their ids alone.
        id_dropout: In training, the share of items and of users whose id counts as unknown (not in the paper), so that
            what else is known of them carries new ones; from 0 to below 1. With it, an unknown id adds nothing. Needs
            `item_attributes`.
        query_branch: Encode the queries in search. Off, search is predicted from clicked products alone, as
            recommendation is by default.
        query_branch_in_recommendation: Encode queries in recommendation too: for each click, and for the request, the
            query of the newest search before it. Both branches are mixed by the share that search has.
        share_branches: Encode products and queries by the same weights. Off, the query branch has an encoder of its
            own.
        share_surfaces: Encode recommendation and search by the same weights. Off, each surface has an encoder of its
            own; the embeddings stay shared.
        sessions: Into how many sessions a history is divided; 0 leaves session modelling out.
        uniform_sessions: Have sessions of equal length in place of learned windows.
        session_weight: Weight of the session losses (the paper's alpha).
        discrimination_weight: Weight of the loss that tells neighbouring sessions apart, beside `session_weight`; 1 in
            the paper.
        alignment_weight: Weight of the loss that makes the sessions of both branches alike, beside `session_weight`; 1
            in the paper.
        sessions_in_scores: Add an event's sessions to its encoding before it is scored, in training and in serving, as
            the code of the paper does. That doubles the encoding where a session has the event, so in search the shares
            of the two branches move; a recommendation's ranking stays. Off, sessions shape the encodings by their
            losses alone.
        loss: `binary`, cross-entropy of each target against `negatives`; or `softmax`, cross-entropy of each target
            among `softmax_negatives`.
        negatives: How many items are drawn uniformly for each position, with `loss: binary`.
        distinct_negatives: Draw the items of a position without replacement, and never its target, as the code of the
            paper does. Off, an item may be drawn twice; a drawn target does not count.
        softmax_negatives: How many items are drawn by popularity, once for the whole batch, with `loss: softmax`.
        popularity_correction: How much of an item's log popularity is taken off in the softmax: 1 estimates how likely
            an item is, 0 how much likelier than on average.
        every_position: Train on every position of a sequence. Off, on the last one alone, for examples that overlap,
            such as one for each target with the history before it.
        recommendation_weight: Weight of the loss on recommendation rows.
        search_weight: Weight of the loss on search rows.
        reference_start: Draw the kernels of attention at the start with the variances that the code of the paper draws
            them with, one square kernel at a time. Off, kernels that are multiplied as one are drawn as one.
        reference_peculiarities: Compute what the paper's code computes where it departs from the paper, or from what
            is sound; `models/unifiedssr/reference/peculiarities.py` lists how. For parity tests only.
    """

    dim: int = 32
    hidden_dim: int = 0
    num_heads: int = 4
    num_layers: int = 2
    dropout: float = 0.5
    recommendation_history: int = 12
    search_history: int = 12
    user_embedding: bool = True
    input_norm: bool = False
    item_attributes: bool = False
    id_dropout: float = 0.0
    query_branch: bool = True
    query_branch_in_recommendation: bool = False
    share_branches: bool = True
    share_surfaces: bool = True
    sessions: int = 2
    uniform_sessions: bool = False
    session_weight: float = 0.1
    discrimination_weight: float = 1.0
    alignment_weight: float = 1.0
    sessions_in_scores: bool = False
    loss: str = "binary"
    negatives: int = 4
    distinct_negatives: bool = False
    softmax_negatives: int = 2048
    popularity_correction: float = 1.0
    every_position: bool = True
    recommendation_weight: float = 1.0
    search_weight: float = 1.0
    reference_start: bool = False
    reference_peculiarities: bool = False

    def __post_init__(self) -> None:
        """Checks the fields."""
        check_least(self, 1, "dim", "num_heads", "num_layers", "recommendation_history", "search_history", "negatives")
        check_least(self, 1, "softmax_negatives")
        check_least(self, 0, "hidden_dim", "sessions", "session_weight", "popularity_correction")
        check_least(self, 0, "discrimination_weight", "alignment_weight")
        check_least(self, 0, "recommendation_weight", "search_weight")
        check_below_one(self, "dropout", "id_dropout")
        if self.id_dropout and not self.item_attributes:
            raise ValueError(
                "`id_dropout` needs `item_attributes`: nothing else is known of an item. Received: "
                f"id_dropout={self.id_dropout}, item_attributes=False"
            )
        if self.dim % 2 or self.dim % self.num_heads:
            raise ValueError(
                f"`dim` should be even and divisible by `num_heads`. Received: dim={self.dim}, "
                f"num_heads={self.num_heads}"
            )
        if self.loss not in LOSSES:
            raise ValueError(f"`loss` should be one of {', '.join(LOSSES)}. Received: loss={self.loss!r}")
        if self.sessions_in_scores and not self.sessions:
            raise ValueError("`sessions_in_scores` needs sessions. Received: sessions_in_scores=True, sessions=0")
        for name, differs in (
            ("query_branch_in_recommendation", self.query_branch_in_recommendation),
            ("share_branches", not self.share_branches),
        ):
            if differs and not self.query_branch:
                raise ValueError(
                    f"`{name}` needs the query branch. Received: {name}={getattr(self, name)}, query_branch=False"
                )
        if self.reference_peculiarities and (
            self.query_branch_in_recommendation or not (self.share_branches and self.share_surfaces) or self.input_norm
        ):
            raise ValueError(
                "`reference_peculiarities` is for the reference's own model: one encoder, no norm of its input, and no "
                "queries in recommendation. Received: "
                f"query_branch_in_recommendation={self.query_branch_in_recommendation}, "
                f"share_branches={self.share_branches}, share_surfaces={self.share_surfaces}, "
                f"input_norm={self.input_norm}"
            )
        if self.reference_peculiarities and (self.item_attributes or not self.query_branch):
            raise ValueError(
                "`reference_peculiarities` is for the reference's own model: items without attributes, both branches. "
                f"Received: item_attributes={self.item_attributes}, query_branch={self.query_branch}"
            )

    @property
    def feed_forward_dim(self) -> int:
        """The width of the feed-forward layers."""
        return self.hidden_dim or 2 * self.dim

    def reads_queries(self, surface: Surface) -> bool:
        """Whether the rows of a surface have a query branch."""
        return self.query_branch if surface is Surface.SEARCH else self.query_branch_in_recommendation

    def to_dict(self) -> dict[str, Any]:
        """As plain values that JSON can hold."""
        return asdict(self)
