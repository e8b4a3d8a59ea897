"""Writes the made-up log of a small shop, in which each user buys items of two favourite topics.

A model learns this in seconds, so that in an end-to-end test it beats popularity and is pushed.
"""

import json
import random
from collections.abc import Sequence
from pathlib import Path

from components.baselines.rule_names import RULE_NAMES

TOPICS = ("mug", "lamp", "clock", "basket", "ribbon", "candle")
COLOURS = ("red", "blue", "green", "white", "black", "pink", "small", "large", "wooden", "round", "vintage", "spotted")
ITEMS = [(f"{topic}-{number}", f"{colour} {topic}") for topic in TOPICS for number, colour in enumerate(COLOURS)]


def write(
    folder: Path, users: int = 80, events_per_user: int = 16, seed: int = 5, rules: Sequence[str] = RULE_NAMES
) -> Path:
    """Writes `events.tsv`, `items.tsv` and a configuration of a short training.

    Args:
        folder: Where they go.
        users: How many users there are.
        events_per_user: How many events each of them has.
        seed: Of what is drawn.
        rules: What each model is compared with; in a run of the whole all of them take many seconds.

    Returns:
        The configuration's path; its `root` is `folder / "run"`.
    """
    rng = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    titles = dict(ITEMS)
    lines = ["user_id\ttimestamp_ms\tsurface\tquery\tsession_id\titem_id"]
    for user in range(users):
        favourites = [item for item, _ in ITEMS if item.split("-")[0] in rng.sample(TOPICS, 2)]
        for place, item in enumerate(rng.sample(favourites, min(events_per_user, len(favourites)))):
            moment = 1_600_000_000_000 + user * 1000 + place * 86_400_000
            if rng.random() < 0.5:
                query = rng.choice(titles[item].split())
                lines.append(f"u{user}\t{moment}\tsearch\t{query}\ts{user}-{place}\t{item}")
            else:
                lines.append(f"u{user}\t{moment}\trecommendation\t\t\t{item}")
    (folder / "events.tsv").write_text("\n".join(lines) + "\n")
    (folder / "items.tsv").write_text(
        "item_id\ttitle\tcategories\n" + "".join(f"{item}\t{title}\t\n" for item, title in ITEMS)
    )
    config = folder / "tiny.yaml"
    config.write_text(
        f"""
name: tiny
root: {folder / "run"}
data:
  events: {folder / "events.tsv"}
  items: {folder / "items.tsv"}
  evaluation_negatives: 20
  recommendation_history: 6
  search_history: 5
  items_per_session: 2
transform:
  words_per_query: 3
  words_per_title: 4
unisar:
  dim: 16
  user_dim: 8
  item_dim: 8
  word_dim: 8
  expert_units: 8
  tower_units: [8]
  prediction_units: [8]
  overlap_features: true
  engagement_features: true
train:
  epochs: 4
  batch_size: 16
  learning_rate: 0.01
evaluation:
  margin: 0.0001
  # Queries are words of titles, so that no model of a few seconds beats the rule that looks for these words.
  must_beat_baselines: false
  baselines: [{", ".join(rules)}]
  # Seconds for each run, which a test that looks at them asks for.
  judged_queries: 0
gate:
  examples: 8
"""
    )
    return config


def add_numbers(folder: Path) -> list[str]:
    """Adds prices, pictures, ages and purchases to what `write` has written into a folder. A few are unknown.

    Returns:
        What the configuration has to be told of them.
    """
    rng = random.Random(3)
    header, *events = (folder / "events.tsv").read_text().splitlines()
    weighed = [f"{row}\t{'buy' if place % 3 else 'click'}\n" for place, row in enumerate(events)]
    (folder / "events.tsv").write_text(f"{header}\tdid\n" + "".join(weighed))
    rows = [
        # What a model of pictures would know: the topic.
        {"item_id": item, "title": title, "price": round(rng.lognormvariate(2, 1), 2) if place else None,
         "picture": [float(item.startswith(topic)) for topic in TOPICS] if place > 1 else None}
        for place, (item, title) in enumerate(ITEMS)
    ]  # fmt: skip
    (folder / "items.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "users.csv").write_text("user_id,age\n" + "".join(f"u{user},{20 + user}\n" for user in range(79)))
    return [
        f"data.items={folder / 'items.jsonl'}",
        f"data.users={folder / 'users.csv'}",
        "data.item_columns.numbers=[price]",
        "data.item_columns.vectors=picture",
        "data.user_columns.numbers=[age]",
        "data.columns.weight=did",
        "data.columns.weight_values={click: 1, buy: 4}",
    ]


def write_weighed(folder: Path) -> Path:
    """Writes a configuration below `folder`, of four engagements of one user: three clicks and a purchase."""
    rows = "".join(
        f"u,{1_700_000_000_000 + place},recommendation,i{place},{did},{seconds}\n"
        for place, (did, seconds) in enumerate((("click", 3), ("click", 0.5), ("buy", 80), ("click", 20)))
    )
    (folder / "weighed.csv").write_text("user_id,timestamp_ms,surface,item_id,did,seconds\n" + rows)
    config = folder / "weighed.yaml"
    config.write_text(
        f"data:\n  events: {folder}/weighed.csv\n  columns:\n    weight: did\n    weight_values: {{click: 1, buy: 5}}\n"
    )
    return config
