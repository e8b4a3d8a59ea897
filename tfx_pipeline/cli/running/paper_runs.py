"""The runs of the two papers: the data that each wants, and the figures that its authors published.

A figure stands here only if its source was read. Where the source is the authors' own log, it is named.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

Figures = Mapping[str, Mapping[str, float]]
"""By surface and metric, such as `search` and `hit_rate_at_1`."""

_UNIFIEDSSR = "UnifiedSSR (arXiv 2310.13921)"
_AMAZON_2018 = "the 5-core reviews and the metadata of the category, from Amazon review data of 2018"
_NOT_AT_HAND = "the paper's table was not at hand when this was written, so no figure stands here"


@dataclass(frozen=True)
class PaperRun:
    """One run of a paper.

    Attributes:
        paper: The paper.
        data_set: Its data set.
        files: What the folder of the data has to hold.
        figures: What the authors report on the test split.
        source: Where the figures come from, or why there are none.
    """

    paper: str
    data_set: str
    files: str
    figures: Figures
    source: str

    def config_path(self, name: str) -> Path:
        """The file of its configuration, beside this code or where the installed package has it."""
        return configs_folder() / f"{name.replace('-', '_')}.yaml"


PAPER_RUNS: Final[Mapping[str, PaperRun]] = {
    "unisar-kuaisar": PaperRun(
        paper="UniSAR (arXiv 2404.09520)",
        data_set="KuaiSAR",
        files="rec_inter*.csv, src_inter*.csv, item_features*.csv and user_features*.csv of KuaiSAR (arXiv 2306.07705)",
        figures={
            "recommendation": {
                "hit_rate_at_1": 0.1990,
                "hit_rate_at_5": 0.5169,
                "hit_rate_at_10": 0.6792,
                "ndcg_at_5": 0.3632,
                "ndcg_at_10": 0.4158,
            },
            "search": {
                "hit_rate_at_1": 0.5282,
                "hit_rate_at_5": 0.7476,
                "hit_rate_at_10": 0.8369,
                "ndcg_at_5": 0.6417,
                "ndcg_at_10": 0.6708,
            },
        },
        source="the authors' training log, 20241125-220622.log in TengShi-RUC/UniSAR at 1a14a24, its last test result",
    ),
    "unisar-amazon": PaperRun(
        paper="UniSAR (arXiv 2404.09520)",
        data_set="Amazon Kindle Store",
        files="reviews_Kindle_Store_5.json and meta_Kindle_Store.json of the Amazon reviews of 2014, plain or .gz",
        figures={},
        source=_NOT_AT_HAND,
    ),
    "unifiedssr-jdsearch": PaperRun(
        paper=_UNIFIEDSSR,
        data_set="JDsearch",
        files="release_data.txt and product_data.txt of JDsearch (arXiv 2305.14810)",
        figures={},
        source=_NOT_AT_HAND,
    ),
    "unifiedssr-amazon-clothing": PaperRun(
        paper=_UNIFIEDSSR,
        data_set="Amazon-CL",
        files=f"Clothing_Shoes_and_Jewelry_5.json and meta_Clothing_Shoes_and_Jewelry.json: {_AMAZON_2018}",
        figures={},
        source=_NOT_AT_HAND,
    ),
    "unifiedssr-amazon-electronics": PaperRun(
        paper=_UNIFIEDSSR,
        data_set="Amazon-EL",
        files=f"Electronics_5.json and meta_Electronics.json: {_AMAZON_2018}",
        figures={},
        source=_NOT_AT_HAND,
    ),
}
"""By the name that `tandem reproduce` takes: that of the file in `configs/papers`, with dashes."""


def configs_folder() -> Path:
    """The folder `configs/papers` of the working copy or, installed as a package, of `share/tandem`."""
    beside_code = Path(__file__).resolve().parents[3] / "configs" / "papers"
    return beside_code if beside_code.is_dir() else Path(sys.prefix) / "share" / "tandem" / "configs" / "papers"
