"""UniSAR's hyper-parameters. Importing this needs no Keras, so a pipeline reads its configuration quickly."""

from dataclasses import asdict, dataclass
from typing import Any, Final

from schemas.canonical_event import Surface
from schemas.number_checks import check_below_one, check_least, check_positive, check_widths

EXPERT_KINDS: Final = ("mixture", "shared_bottom", "single_task")


@dataclass(frozen=True)
class UniSARConfig:
    """The model and its losses; arXiv 2404.09520 calls most of these by the same names.

    Attributes:
        dim: Width of all token, item, user and query representations.
        user_dim: Width of the user id's embedding.
        item_dim: Width of the item id's embedding.
        word_dim: Width of a word's embedding.
        num_heads: Attention heads; divides `dim`.
        num_layers: Layers of each transformer and of each fusion; at least 1.
        dropout: Share of entries dropped in training, from 0 to below 1.
        recommendation_history: Places of the recommendation history's position table, the longest history taken; in a
            pipeline always `data.recommendation_history`.
        search_history: The same for search sessions; in a pipeline always `data.search_history`.
        expert_units: Width of an expert's output.
        shared_experts: How many experts both surfaces use, with `experts: mixture`.
        task_experts: How many experts each surface has of its own, with `experts: mixture`.
        gate_units: Widths of the hidden layers, with ReLU, in front of each gate's softmax layer, with
            `experts: mixture`. Empty: a gate is that layer alone, as in the code of the paper.
        tower_units: Widths of each surface's tower.
        prediction_units: Widths of the hidden layers between a tower and its score.
        recommendation_weight: Weight of the click loss on recommendation rows.
        search_weight: Weight of the click loss on search rows.
        query_item_weight: Weight of the query-item contrastive loss.
        query_item_temperature: The temperature of that loss at the start; it is learned.
        query_item_negatives: How many items and queries are drawn as its negatives in each step.
        query_item_pairs: Pairs of a query and an item clicked for it that it is computed over in each step, drawn from
            those in the histories; 0 takes all.
        history_alignment_weight: Weight of the loss that aligns r2r with s2r and s2s with r2s (r: recommendation, s:
            search).
        history_alignment_temperature: The temperature of that loss at the start; it is learned.
        history_alignment_rows: Rows of a batch that it is computed over; 0 takes all. Its cost grows with their square.
        search_to_search: Extract s2s. Off, the search history is r2s alone.
        recommendation_to_recommendation: Extract r2r. Off, the recommendation history is s2r alone.
        search_to_recommendation: Extract s2r. Off, the recommendation history is r2r alone.
        recommendation_to_search: Extract r2s. Off, the search history is s2s alone.
        fusion: Fuse a history's two transitions by cross-attention. Off, they are added.
        contrasts_per_surface: Compute both contrastive losses over the rows of each surface by themselves, and weigh
            each also as its surface's click loss, as the code of the paper does. Off, once over the rows of both
            surfaces, which costs half where pairs and rows are picked.
        query_item_contrast: Have the query-item contrastive loss.
        history_alignment: Have the alignment loss, for each history that has both transitions.
        matching: Add to each score the product of what the user wants and the item (not in the paper), learned against
            many items at once.
        text_matching: With `matching`, add also the product of the query's words and the item's texts.
        matching_users: With `matching`, let it see who the user is, not the histories alone.
        matching_dropout: Share of the inputs of `matching` dropped in training, from 0 to below 1.
        matching_weight: Weight of the loss of `matching`, the cross-entropy of the wanted item among the batch's and
            drawn ones.
        matching_negatives: How many items are drawn by popularity for the loss of `matching` in each step.
        id_dropout: In training, the share of items and of users whose id counts as unknown (not in the paper), so that
            what else is known of them carries new ones; from 0 to below 1. With it, an unknown id adds nothing.
        overlap_features: Tell the experts and the score of each candidate what it has in common with the query and the
            newest tokens (not in the paper): the same category or attribute, the query's words in its texts. Without
            such knowledge of items, there are none.
        engagement_features: Add to the score of each candidate what training's users did (not in the paper): how many
            engaged with it, who of them engaged with the history's items too, and after which queries. The experts do
            not see them: in training these could tell what is wanted.
        repeat_features: Tell the experts and the score of each candidate whether, how often and how long ago the
            histories hold the candidate itself (not in the paper). Needs `data.history_negatives` in a pipeline: where
            no negative is in the history, being there betrays the positive.
        words_first: Where the model serves and is measured, rank an item with none of the query's words in its texts
            below those that have all of them, whatever it has learned (not in the paper). With `engagement_features`,
            an item stays where it is if training's searches with the query's words led to it. Leave it off where people
            click what their words do not say. Needs `overlap_features`.
        popularity_correction: How much of an item's log popularity is taken off in that loss: 1 estimates how likely an
            item is, 0 how much likelier than on average.
        experts: `mixture` (shared and task experts with gates), `shared_bottom` (one expert for both surfaces) or
            `single_task` (one for each surface, nothing shared).
        reference_start: Draw the kernels of cross-attention at the start with the variance that the code of the paper
            draws them with, queries, keys and values as one. Off, kernels that are multiplied as one are drawn as one.
    """

    dim: int = 64
    user_dim: int = 32
    item_dim: int = 32
    word_dim: int = 32
    num_heads: int = 2
    num_layers: int = 1
    dropout: float = 0.1
    recommendation_history: int = 12
    search_history: int = 12
    expert_units: int = 64
    shared_experts: int = 4
    task_experts: int = 4
    gate_units: tuple[int, ...] = ()
    tower_units: tuple[int, ...] = (128, 64)
    prediction_units: tuple[int, ...] = (200, 80)
    recommendation_weight: float = 1.0
    search_weight: float = 1.0
    query_item_weight: float = 0.1
    query_item_temperature: float = 0.1
    query_item_negatives: int = 512
    query_item_pairs: int = 1024
    history_alignment_weight: float = 0.01
    history_alignment_temperature: float = 0.1
    history_alignment_rows: int = 512
    search_to_search: bool = True
    recommendation_to_recommendation: bool = True
    search_to_recommendation: bool = True
    recommendation_to_search: bool = True
    fusion: bool = True
    contrasts_per_surface: bool = False
    query_item_contrast: bool = True
    history_alignment: bool = True
    matching: bool = False
    text_matching: bool = False
    matching_users: bool = False
    matching_dropout: float = 0.2
    matching_weight: float = 1.0
    matching_negatives: int = 2048
    popularity_correction: float = 1.0
    id_dropout: float = 0.0
    overlap_features: bool = False
    engagement_features: bool = False
    repeat_features: bool = False
    words_first: bool = False
    experts: str = "mixture"
    reference_start: bool = False

    def __post_init__(self) -> None:
        """Checks the fields."""
        # YAML and JSON have lists only.
        for name in ("gate_units", "tower_units", "prediction_units"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        check_least(self, 1, "dim", "user_dim", "item_dim", "word_dim", "num_heads", "num_layers")
        check_least(self, 1, "recommendation_history", "search_history", "expert_units")
        check_least(self, 0, "shared_experts", "task_experts", "query_item_pairs", "history_alignment_rows")
        check_least(self, 0, "query_item_negatives", "matching_negatives")
        check_least(self, 0, "recommendation_weight", "search_weight", "query_item_weight")
        check_least(self, 0, "history_alignment_weight", "matching_weight", "popularity_correction")
        check_positive(self, "query_item_temperature", "history_alignment_temperature")
        check_below_one(self, "dropout", "matching_dropout", "id_dropout")
        check_widths(self, "gate_units", "tower_units", "prediction_units")
        if self.dim % self.num_heads:
            raise ValueError(f"`num_heads` should divide `dim`. Received: num_heads={self.num_heads}, dim={self.dim}")
        if self.words_first and not self.overlap_features:
            raise ValueError(
                "`words_first` needs `overlap_features`. Received: words_first=True, overlap_features=False"
            )
        if self.experts not in EXPERT_KINDS:
            raise ValueError(
                f"`experts` should be one of {', '.join(EXPERT_KINDS)}. Received: experts={self.experts!r}"
            )
        if self.gate_units and self.experts_shared + self.experts_of_task == 1:
            raise ValueError(
                "`gate_units` needs gates, and there are none where a surface has a single expert. Received: "
                f"gate_units={list(self.gate_units)}, experts={self.experts!r}, "
                f"shared_experts={self.shared_experts}, task_experts={self.task_experts}"
            )

    @property
    def experts_shared(self) -> int:
        """How many shared experts the model has, the ablation `experts` considered."""
        return {"mixture": self.shared_experts, "shared_bottom": 1, "single_task": 0}[self.experts]

    @property
    def experts_of_task(self) -> int:
        """How many experts each surface has of its own, the ablation `experts` considered."""
        return {"mixture": self.task_experts, "shared_bottom": 0, "single_task": 1}[self.experts]

    def click_weight(self, surface: Surface) -> float:
        """The weight of the click loss on the rows of a surface."""
        return self.search_weight if surface is Surface.SEARCH else self.recommendation_weight

    def to_dict(self) -> dict[str, Any]:
        """As plain values that JSON can hold."""
        return {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()}
