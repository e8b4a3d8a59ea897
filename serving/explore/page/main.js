// The page: what it knows, and what happens when somebody does something.

import { AddingForm } from "./adding.js";
import { AnswerError, NewestOnly, SupersededError } from "./asking.js";
import { Combobox } from "./combobox.js";
import { counted } from "./elements.js";
import { HistoryLine } from "./history.js";
import { inWords, marks } from "./influence.js";
import { countMoved, movements } from "./movement.js";
import { RankedList } from "./ranking.js";

const ASKED_FOR = 100;
const LISTS = { recommendation: "recommendation", search: "search-results" };
const NAMES = { recommendation: "Feed", search: "Search" };
const $ = (id) => document.getElementById(id);

const state = {
  user: null,
  untold: 0,
  isKnown: true,
  events: [], // HistoryEvent, see history.js.
  log: [], // What `events` were before anything was changed.
  nextKey: 0,
  query: "",
  served: new Set(),
  selected: null, // { surface, item }
  answers: {}, // By surface: { asked, answer, moves }.
};
const questions = { start: new NewestOnly(), history: new NewestOnly(), influence: new NewestOnly() };
for (const surface of Object.keys(LISTS)) questions[surface] = new NewestOnly();

const line = new HistoryLine($("history"), toggle);
const lists = Object.fromEntries(
  Object.entries(LISTS).map(([surface, id]) => [
    surface,
    new RankedList($(id), { explain: (item) => toggleExplained(surface, item), add: (item) => addFrom(surface, item) }),
  ]),
);

const keptEvents = () => state.events.filter((event) => event.isKept);
const told = (events) =>
  events.map(({ surface, query, items }) => ({ surface, query, items: items.map((item) => item.item_id) }));
const queryOf = (surface) => (surface === "search" ? state.query : "");

/** Runs what asks the server; what fails is told, what comes too late is dropped. */
async function attempt(action, again) {
  try {
    await action();
  } catch (error) {
    if (error instanceof SupersededError) return;
    if (!(error instanceof AnswerError)) throw error;
    showProblem(error, again);
  }
}

function showProblem(error, again) {
  $("problem-text").textContent = error.message;
  $("problem").hidden = false;
  $("again").onclick = () => {
    $("problem").hidden = true;
    again();
  };
}

function say(text) {
  $("said").textContent = text;
}

async function start() {
  await attempt(async () => {
    const { surfaces } = await questions.start.ask("api/start");
    state.served = new Set(surfaces.map((each) => each.surface));
    const models = [...new Set(surfaces.map((each) => each.model))].join(", ");
    $("served").textContent = `${models} at ${surfaces[0]?.address ?? "no server"}`;
    for (const [surface, id] of Object.entries(LISTS)) $(id).hidden = !state.served.has(surface);
    const asked = new URLSearchParams(location.hash.slice(1));
    $("query").value = state.query = asked.get("query") ?? "";
    if (asked.has("user")) await chooseUser(asked.get("user"));
    else showNothing();
  }, start);
}

function showNothing() {
  lists.recommendation.say("Pick a user to see their feed.");
  lists.search.say("Pick a user and type a query to see their search results.");
}

async function chooseUser(user) {
  $("user").value = state.user = user;
  rememberInAddress();
  await attempt(async () => {
    const { is_known, untold, history } = await questions.history.ask(`api/history?${new URLSearchParams({ user })}`);
    state.isKnown = is_known;
    state.untold = untold;
    state.events = history.map((event) => ({ ...event, key: state.nextKey++, isKept: true }));
    state.log = state.events;
    state.answers = {};
    select(null);
    showHistory();
    await refresh();
  }, () => chooseUser(user));
}

function showHistory(weights) {
  line.show(state.events, weights);
  const parts = [];
  if (state.events.length === 0) parts.push(state.isKnown ? "empty" : "empty: the log does not know this user");
  else {
    const kept = keptEvents();
    parts.push(counted(kept.filter((event) => event.surface === "recommendation").length, "feed event"));
    parts.push(counted(kept.filter((event) => event.surface === "search").length, "search event"));
    if (kept.length < state.events.length) parts.push(`${state.events.length - kept.length} left out`);
    if (state.untold > 0) parts.push(`${state.untold.toLocaleString("en")} older that the model does not see`);
  }
  $("history-note").textContent = parts.join(" · ");
  $("reset").hidden = state.events.length === state.log.length && state.events.every((event) => event.isKept);
}

/** Asks for both lists again. */
async function refresh() {
  await Promise.all(Object.keys(LISTS).map((surface) => refreshList(surface)));
}

async function refreshList(surface) {
  const list = lists[surface];
  if (!state.served.has(surface) || state.user === null) return;
  if (surface === "search" && state.query === "") {
    questions[surface].giveUp();
    delete state.answers[surface];
    list.say("Type a query to see search results.");
    return;
  }
  const asked = `${state.user}\n${queryOf(surface)}`;
  list.wait();
  await attempt(async () => {
    const answer = await questions[surface].ask("api/best", {
      user: state.user, surface, query: queryOf(surface), history: told(keptEvents()), k: ASKED_FOR,
    });
    const before = state.answers[surface];
    const ids = answer.items.map((item) => item.item_id);
    const isComparable = before !== undefined && before.asked === asked;
    const moves = movements(isComparable ? before.answer.items.map((item) => item.item_id) : null, ids);
    state.answers[surface] = { asked, answer, moves };
    showList(surface);
    sayMoved(surface, moves, ids);
    if (state.selected?.surface !== surface) return;
    if (ids.includes(state.selected.item.item_id)) await explain(surface, state.selected.item);
    else explainNothing();
  }, () => refreshList(surface));
  $(LISTS[surface]).removeAttribute("aria-busy");
}

function showList(surface) {
  const shown = state.answers[surface];
  if (!shown) return;
  const selected = state.selected?.surface === surface ? state.selected.item.item_id : null;
  lists[surface].show(shown.answer, shown.moves, selected);
}

function sayMoved(surface, moves, ids) {
  const first = state.answers[surface].answer.items[0]?.title ?? "nothing";
  const moved = countMoved(moves, ids, lists[surface].shown);
  const what = moves.size === 0 ? counted(ids.length, "item") : `${counted(moved, "item")} moved`;
  say(`${NAMES[surface]}: ${what}, first is ${first}.`);
}

function select(selected) {
  state.selected = selected;
  if (!selected) {
    questions.influence.giveUp();
    $("why").hidden = true;
  }
}

/** Explains an item, or no longer. */
function toggleExplained(surface, item) {
  const { selected } = state;
  if (selected?.surface === surface && selected.item.item_id === item.item_id) explainNothing();
  else explain(surface, item);
}

function explainNothing() {
  select(null);
  showHistory();
  Object.keys(LISTS).forEach(showList);
}

/** Marks the events that weighed most for an item. */
async function explain(surface, item) {
  select({ surface, item });
  Object.keys(LISTS).forEach(showList);
  await attempt(async () => {
    const events = keptEvents();
    const influence = await questions.influence.ask("api/influence", {
      user: state.user, surface, query: queryOf(surface), history: told(events), item: item.item_id,
    });
    const words = inWords(item, surface, influence, events);
    showHistory(marks(influence, events));
    $("why").textContent = words;
    $("why").hidden = false;
    say(words);
  }, () => explain(surface, item));
}

function toggle(event) {
  if (event.time === null) state.events = state.events.filter((each) => each !== event);
  else state.events = state.events.map((each) => (each === event ? { ...each, isKept: !each.isKept } : each));
  showHistory();
  refresh();
}

function addEvent(surface, query, items) {
  state.events = [...state.events, { key: state.nextKey++, surface, query, items, time: null, isKept: true }];
  showHistory();
  $("history").scrollLeft = $("history").scrollWidth;
  refresh();
}

function addFrom(surface, { item_id, title }) {
  addEvent(surface, queryOf(surface), [{ item_id, title }]);
}

function rememberInAddress() {
  const kept = new URLSearchParams();
  if (state.user !== null) kept.set("user", state.user);
  if (state.query) kept.set("query", state.query);
  window.history.replaceState(null, "", `#${kept}`);
}

new Combobox($("user"), $("users"), {
  find: async (asking, text) => {
    const { users } = await asking.ask(`api/users?${new URLSearchParams({ text: text === state.user ? "" : text })}`);
    return users.map(({ user_id, events }) => ({ value: user_id, label: user_id, note: counted(events, "event") }));
  },
  choose: (chosen) => chooseUser(chosen.value ?? chosen),
  failed: (error) => showProblem(error, () => $("user").focus()),
});

$("search").addEventListener("submit", (submitted) => {
  submitted.preventDefault();
  state.query = $("query").value.trim();
  rememberInAddress();
  if (state.selected?.surface === "search") {
    select(null);
    showHistory();
  }
  attempt(() => refreshList("search"), () => refreshList("search"));
});

$("reset").addEventListener("click", () => {
  state.events = state.log;
  showHistory();
  $("user").focus();
  refresh();
});

new AddingForm($("add"), {
  add: addEvent,
  say,
  failed: (error) => showProblem(error, () => $("added-item").focus()),
});

start();
