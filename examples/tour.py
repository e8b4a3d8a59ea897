# %% [markdown]
# # A tour of Tandem
#
# From a log of clicks and searches to a served model, on two cores and without a GPU. The models are tiny: most of the
# time goes into what TensorFlow and TFX do before and after.
#
# Run it as a script, in any folder, with Tandem installed. It writes the folder `tour` there:
#
#     python examples/tour.py
#
# Or go through it cell by cell, in an editor that knows `# %%`. As a notebook it opens by
# `jupytext --to notebook examples/tour.py`.

# %%
import atexit
import csv
import dataclasses
import datetime
import json
import random
import re
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from schemas.canonical_event import Surface, Token
from serving.client.answers import RankedItem
from serving.client.call import CallError
from serving.client.ranking_client import RankingClient
from serving.client.requests import RankRequest, RetrievalRequest, SessionsRequest

FOLDER = Path("tour")
FOLDER.mkdir(exist_ok=True)
TANDEM = (sys.executable, "-m", "tfx_pipeline.cli.main")


def tandem(*arguments: object) -> None:
    """Runs the command `tandem`, as you would in a terminal."""
    print(f"\n$ tandem {' '.join(map(str, arguments))}", flush=True)
    subprocess.run([*TANDEM, *map(str, arguments)], check=True)


# %% [markdown]
# ## 1. A log
#
# Tandem learns from one log with two kinds of rows: clicks in a feed, and clicks on search results. This one is made
# up. Each of its users likes two kinds of things. In a visit the user searches for one of the two, and then clicks on
# more of it in the feed. So the search tells what the feed should show.

# %%
KINDS = {"kitchen": ("mug", "plate", "teapot"), "living room": ("lamp", "clock", "cushion")}
LOOKS = ("red", "blue", "green", "white", "striped", "spotted", "wooden", "tall")
ITEMS = [
    {"item_id": f"{kind}-{look}", "title": f"{look} {kind}", "categories": f"{room}|{kind}s"}
    for room, kinds in KINDS.items()
    for kind in kinds
    for look in LOOKS
]


def events_of(user: str, rng: random.Random) -> list[dict[str, str]]:
    """Six visits of one user, as rows of the log."""
    likes = rng.sample([kind for kinds in KINDS.values() for kind in kinds], 2)
    unseen = {kind: rng.sample(LOOKS, len(LOOKS)) for kind in likes}
    moment = datetime.datetime(2026, 3, 1, 9, tzinfo=datetime.timezone.utc)
    rows = []
    for visit, kind in enumerate(rng.sample(4 * likes, 6)):
        moment += datetime.timedelta(days=1, minutes=rng.randrange(60))
        found, clicked = unseen[kind].pop(), unseen[kind].pop()
        query = rng.choice((kind, f"{found} {kind}"))
        rows += [
            row(user, moment, "search", query, f"{user}-{visit}", f"{kind}-{found}"),
            row(user, moment + datetime.timedelta(minutes=1), "recommendation", "", "", f"{kind}-{clicked}"),
        ]
    return rows


def row(user: str, moment: datetime.datetime, surface: str, query: str, session: str, item: str) -> dict[str, str]:
    """One event, under the names that Tandem expects when it is told no others."""
    return {
        "user_id": user,
        "timestamp_ms": moment.isoformat(),
        "surface": surface,
        "query": query,
        "session_id": session,
        "item_id": item,
    }


def write(path: Path, rows: list[dict[str, str]]) -> None:
    """Writes rows as CSV."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)


USERS = 600
rng = random.Random(7)
events = [event for number in range(USERS) for event in events_of(f"user-{number}", rng)]
write(FOLDER / "events.csv", events)
write(FOLDER / "items.csv", ITEMS)
print(f"{len(events):,} events of {USERS} users, {len(ITEMS)} items")
for event in events[:4]:
    print(event)

# %% [markdown]
# ## 2. A configuration
#
# A configuration says where the log is and what to train. What it leaves out has a default. Two models are trained:
# UnifiedSSR finds items in the whole catalogue, UniSAR puts them in order. Both are served as one. The sizes and the
# learning rate are for a log of seven thousand rows; a real one does without these lines.

# %%
CONFIG = FOLDER / "tour.yaml"
CONFIG.write_text(
    """
name: tour
root: tour/run
model: unisar                     # orders what the retriever finds
data:
  events: tour/events.csv
  items: tour/items.csv
  evaluation_negatives: 20        # each test click is ranked among so many other items
  recommendation_history: 6
  search_history: 6
transform:
  words_per_query: 2
  words_per_title: 3
  category_levels: 2
unisar: {dim: 16, user_dim: 8, item_dim: 8, word_dim: 8, expert_units: 8, tower_units: [8], prediction_units: [8]}
unifiedssr: {dim: 16, num_layers: 1, dropout: 0.1, item_attributes: true}
train: {epochs: 12, batch_size: 64, learning_rate: 0.01, plateau_patience: 3}
retriever:
  model: unifiedssr               # finds items in the whole catalogue
  retrieved: 24
  train: {epochs: 10, batch_size: 32, learning_rate: 0.01, sequence_ends_only: true}
evaluation:
  must_beat_baselines: false      # users here follow a simple rule, which a model of two minutes does not beat
gate:
  examples: 8
""",
    encoding="utf-8",
)

# %% [markdown]
# ## 3. A look before training
#
# `tandem check` reads the first rows of each file. It says what Tandem makes of them, and what looks wrong: seconds
# where milliseconds are wanted, ids that do not meet, a category path of one piece. It trains nothing.

# %%
tandem("check", CONFIG)

# %% [markdown]
# ## 4. The pipeline
#
# One command goes from the log to a pushed model: examples, statistics and checks, the vocabularies, the training, the
# evaluation against the popularity of items and other simple rules, and a trial of the served model. What is done is
# kept: called again with nothing changed, it does nothing again.
#
# A model has to beat the best of the rules before it is pushed. This world is made by a rule, "more of what was
# searched for", and the models are tiny, so that here the comparison is shown and decides nothing.

# %%
tandem("run", "--config", CONFIG)

# %% [markdown]
# ## 5. How good is it?
#
# Each user's last click on each surface was kept back. The model ranks it among 20 other items. HR@5 says how often it
# is among the first five, NDCG@5 counts a first place more than a fifth. The report holds all of it for programs.

# %%
report = json.loads((FOLDER / "run" / "report.json").read_text(encoding="utf-8"))
metrics = report["models"]["tour"]["metrics"]
for surface in ("recommendation", "search"):
    ours, popularity = metrics["model"][surface], metrics["popularity"][surface]
    print(
        f"{surface:14}  HR@5 {ours['hit_rate_at_5']:.2f}, by popularity {popularity['hit_rate_at_5']:.2f}"
        f"  NDCG@5 {ours['ndcg_at_5']:.2f}, by popularity {popularity['ndcg_at_5']:.2f}"
    )

# %% [markdown]
# `tandem tensorboard --config tour/tour.yaml` shows how they grew from epoch to epoch.
#
# ## 6. Serving
#
# `tandem serve` answers as TF Serving does, over REST and gRPC. Here it takes any free ports and says which. In a
# terminal you would leave that out: REST is on 8501, gRPC on 8500.

# %%
server = subprocess.Popen(
    [*TANDEM, "serve", "--config", CONFIG, "--port", "0", "--rest_api_port", "0"], stdout=subprocess.PIPE, text=True
)
atexit.register(server.terminate)
address = next(found[1] for line in server.stdout if (found := re.search(r"REST http://([\d.:]+)", line)))

client = RankingClient(address, "tour", timeout_s=30)


def available() -> bool:
    """Whether the model is loaded; the ports are open before."""
    try:
        return any(version.state == "AVAILABLE" for version in client.version_states())
    except CallError:
        return False


while not available():
    time.sleep(0.1)
print(f"The model answers on {address}.")

# %% [markdown]
# ## 7. Asking
#
# A request brings the user's history along, oldest event first. The server keeps none. A user whom the log does not
# know is answered too, from the history alone; of such users this small log teaches little. Over REST a request is a
# little JSON, in any language:

# %%
question = {
    "signature_name": "recommend",
    "inputs": {
        "user_id": ["user-3"],
        "history_surfaces": [["search", "recommendation"]],
        "history_queries": [["mug", ""]],
        "history_items": [[["mug-red"], ["mug-tall"]]],
        "k": [5],
        "exclude_seen": [True],
        "category": [[""]],
    },
}
asked = urllib.request.Request(f"http://{address}/v1/models/tour:predict", json.dumps(question).encode())
with urllib.request.urlopen(asked) as answer:
    print(json.dumps(json.load(answer)))

# %% [markdown]
# The client of Python builds that request. A click in the feed is one token of the history. A search is another: its
# query, and what was clicked in it. This is a user of the log, as the log has the first two visits: one for teapots,
# one for clocks. The next visit begins with a search, and the feed follows it. That is what one model of both surfaces
# is for.


# %%
def token(event: dict[str, str]) -> Token:
    """One event of the log as the history has it."""
    return Token(Surface(event["surface"]), (event["item_id"],), event["query"])


def show(what: str, items: list[RankedItem]) -> None:
    """Prints a list of items."""
    print(f"{what:36}", ", ".join(item.item_id for item in items))


USER = "user-1"
visits = tuple(token(event) for event in events if event["user_id"] == USER)[:4]
print(f"{USER} so far: {', '.join(each.items[0] for each in visits)}")
after_teapot = (*visits, Token(Surface.SEARCH, ("teapot-red",), "teapot"))
after_clock = (*visits, Token(Surface.SEARCH, ("clock-red",), "clock"))

asked = RetrievalRequest(USER, k=5, history=after_teapot, exclude_seen=True)
show("the feed after a search for a teapot", client.recommend(asked))
show("the feed after a search for a clock", client.recommend(dataclasses.replace(asked, history=after_clock)))
show("a search for a lamp", client.search(dataclasses.replace(asked, query="lamp")))
show("a feed of the living room", client.recommend(dataclasses.replace(asked, category=("living room",))))

# %% [markdown]
# ## 8. Why, and what else
#
# `explain` tells how much each event of the history weighed in the score of an item. The weights of the feed's events
# add up to 1, and those of the searches do. `similar_items` compares the vectors that the model has learned.

# %%
best, *_ = client.explain(RankRequest(USER, ("teapot-blue", "lamp-red"), history=after_teapot))
for event, weight in zip(after_teapot, best.weights, strict=True):
    print(f"{best.item_id} scores {best.score:.2f}: {event.items[0]} weighed {weight:.2f} of its surface")
show("like mug-red", client.similar_items("mug-red", k=5))

# %% [markdown]
# ## 9. Sessions
#
# The word has two meanings here. In the log, `session_id` joins the clicks of one search: they become one token of the
# history, with one query. Besides, UnifiedSSR divides a history into sessions of its own, windows that it learns to
# place over the events: what a user wanted first, and what next. They help its training; a request need not know them.

# %%
history = tuple(Token(Surface.RECOMMENDATION, (item,)) for item in ("mug-red", "mug-tall", "lamp-red", "lamp-tall"))
divided = client.sessions(SessionsRequest("somebody new", Surface.RECOMMENDATION, history))
for number, session in enumerate(divided.by_clicks, start=1):
    print(f"session {number} lies between {session.start:.1f} and {session.end:.1f}, counted in events")

# %% [markdown]
# ## 10. The end
#
# A server that is told to stop answers what is under way, then ends.

# %%
client.close()
server.terminate()
print(f"The server has ended with {server.wait()}.")

# %% [markdown]
# ## What next
#
# * `tandem serve --config tour/tour.yaml`, and in another terminal `tandem explore --config tour/tour.yaml`: a page
#   with users, their lists, and what weighed in them.
# * `tandem init` makes such a configuration of a log of your own.
# * [docs/](../docs) has a page for each task.
