"""The files of every source that an adapter reads, each with its columns and a row that can be read."""

import json
import os
from pathlib import Path
from typing import Any, NamedTuple

from components.sources.adapter import adapter, users_reader
from components.sources.data_config import DataConfig
from components.sources.event_rows import UserColumns
from tests.support.raw_files import write

NOW_MS = 1_700_000_000_000


class SourceFile(NamedTuple):
    """A file of a source.

    Attributes:
        source: The adapter's name.
        kind: What it holds: `events`, `items` or `users`.
        name: A name that the source gives such a file.
        columns: Its first line; empty where each row names its own columns.
        row: A row that can be read.
        delimiter: What stands between columns.
    """

    source: str
    kind: str
    name: str
    columns: str
    row: str
    delimiter: str = ","

    def text(self, *rows: str) -> str:
        """The content of a file with these rows."""
        return "".join(f"{line}\n" for line in (self.columns, *rows) if line)

    def changed(self, column: str, value: Any) -> Any:
        """The good row with another value in one column; without a column, the value is the whole row."""
        if not column:
            return value
        if not self.columns:
            return json.dumps({**json.loads(self.row), column: value})
        values = dict(zip(self.columns.split(self.delimiter), self.row.split(self.delimiter), strict=True))
        return self.delimiter.join({**values, column: value}.values())

    def read(self, path: str, **settings: Any) -> list[Any]:
        """Reads a file; `settings` are those of the DataConfig."""
        if self.kind == "users":
            settings = {"users": path, "user_columns": UserColumns(attributes=("level",)), **settings}
        config = DataConfig(source=self.source, events=os.path.dirname(path), earliest="", **settings)
        source = adapter(self.source)
        if self.kind == "events":
            return list(source.read_events(path, config, NOW_MS))
        return list((users_reader(config) or source.read_items)(path, config))

    def read_rows(self, folder: Path, *rows: str, **settings: Any) -> list[Any]:
        """Writes a file with these rows into the folder and reads it."""
        return self.read(write(folder / self.name, self.text(*rows)), **settings)


_LEVELS = [
    f"{level}_level_category_{kind}"
    for level in ("first", "second", "third", "fourth")
    for kind in ("id", "name", "name_en")
]
FEED = SourceFile(
    "kuaisar",
    "events",
    "rec_inter.csv",
    "user_id,item_id,playing_time,duration_ms,time,timestamp,click,forward,like,follow,search,search_item_related",
    "7,11,9000.0,9500.0,2023-05-22 15:53:20,1684742000000.0,1,0,0,0,0,0",
)
SEARCHES = SourceFile(
    "kuaisar",
    "events",
    "src_inter.csv",
    "user_id,search_session_id,search_session_time,search_session_timestamp,keyword,search_source,item_id,click_cnt,"
    "item_type",
    "7,3,2023-05-22 21:58:52,1684763932919,[20],USER_INPUT,14,2,VIDEO",
)
VIDEOS = SourceFile(
    "kuaisar",
    "items",
    "item_features.csv",
    f"item_id,caption,author_id,item_type,upload_time,upload_type,{','.join(_LEVELS)}",
    "11,[1],10,NORMAL,2023-04-22,LongImport,9,x,Funny,136,x,Funny joke,0,x,empty,0,x,empty",
)
JD_USERS = SourceFile(
    "jdsearch",
    "events",
    "users.txt",
    "query\tcandidate_wid_list\tcandidate_label_list\thistory_qry_list\thistory_wid_list\thistory_type_list\t"
    "history_time_list",
    "12\x1832\t456_457_789\t0.0_3.0_0.0\t7\x188_7\x188_-1_7\x188\t21_22_23_24\tORD_CLICK_CART_FLW\t0_12_4_5_60",
    "\t",
)
JD_PRODUCTS = SourceFile(
    "jdsearch",
    "items",
    "products.txt",
    "wid\tname\tbrand_id\tbrand_name\tcate_id_1\tcate_name_1\tcate_id_2\tcate_name_2\tcate_id_3\tcate_name_3\t"
    "cate_id_4\tcate_name_4\tshop_id",
    "21\t1\x182\x183\t5\t9\t31\t41\t32\t42\x1843\t33\t44\t34\t\t-1",
    "\t",
)
REVIEWS = SourceFile(
    "amazon_reviews",
    "events",
    "reviews.json",
    "",
    '{"reviewerID": "A1", "asin": "B01", "overall": 5.0, "unixReviewTime": 1318896000, "helpful": [2, 3]}',
)
METADATA = SourceFile(
    "amazon_reviews",
    "items",
    "meta.json",
    "",
    '{"asin": "B02", "title": "Cup", "category": ["Home", "Cups"], "description": ["a", "b"]}',
)
BENCHMARK = SourceFile(
    "fixed_benchmark",
    "events",
    "events.tsv",
    "user_id\tposition\ttimestamp\tkind\titem_id\tquery\tsplit",
    "u\t0\t5\tsearch\ta\tmug\ttrain",
    "\t",
)
EVENTS = SourceFile("events", "events", "log.csv", "user_id,timestamp_ms,surface,item_id", "u,5,search,a")
LINES = SourceFile(
    "events", "events", "log.jsonl", "", '{"user_id": "u", "timestamp_ms": 5, "surface": "search", "item_id": "a"}'
)
ITEMS = SourceFile("events", "items", "items.csv", "item_id,title", "a,MUG")
USERS = SourceFile("events", "users", "users.csv", "user_id,level", "u,3")
SOURCE_FILES = (
    *(FEED, SEARCHES, VIDEOS, JD_USERS, JD_PRODUCTS, REVIEWS, METADATA),
    *(BENCHMARK, EVENTS, LINES, ITEMS, USERS),
)
