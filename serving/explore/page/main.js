// Connects the page's fields and buttons, and opens the page with its first question.

import { Explorer } from "./explorer.js";
import { AddingForm } from "./history/adding.js";
import { Combobox } from "./parts/combobox.js";
import { counted } from "./parts/elements.js";
import { NewestOnly, address } from "./server/asking.js";
import { Models } from "./server/models.js";
import { Problem } from "./server/problem.js";

const $ = (id) => document.getElementById(id);
let served = [];
const models = new Models(showServed);
const problem = new Problem($("problem"), models);
const explorer = new Explorer(models, problem);
const beginning = new NewestOnly();

async function start() {
  await problem.attempt(async () => {
    const { surfaces, absent, log, opening } = await beginning.ask("api/start");
    served = surfaces;
    explorer.served = surfaces.map((each) => each.surface);
    explorer.absent = absent;
    showFields(log);
    await models.look();
    const { asked } = explorer;
    if (!asked.read(location.hash) && opening) {
      [asked.user, asked.query, asked.heldOut] = [opening.user, opening.query, opening.held_out];
    }
    $("query").value = asked.query;
    $("category").value = asked.category.join(" › ");
    $("held-out").value = String(asked.heldOut);
    if (asked.user === null) explorer.showNobody();
    else await explorer.chooseUser(asked.user);
  }, start);
}

function showFields(log) {
  $("search").hidden = !served.some((each) => each.surface === "search");
  $("category").disabled = log.categories === 0;
  $("category").placeholder = log.categories === 0 ? "The items have none" : "All";
  if (log.users === 0) $("user").placeholder = "The log has no users; type any";
}

/** Text such as "shop, version 7, at 127.0.0.1:8501", once for each model. */
function showServed() {
  const told = served.map(({ surface, model, address: at }) => {
    const version = models.version(surface);
    return `${model}${version === null ? "" : `, version ${version},`} at ${at}`;
  });
  $("served").textContent = [...new Set(told)].join(" · ") || "no model";
}

new Combobox($("user"), $("users"), {
  find: async (asking, text) => {
    const { users } = await asking.ask(address("api/users", { text: text === explorer.asked.user ? "" : text }));
    return users.map(({ user_id, events }) => ({ value: user_id, label: user_id, note: counted(events, "event") }));
  },
  choose: (chosen) => explorer.chooseUser(chosen.value ?? chosen),
  failed: (error) => problem.tell(error, () => $("user").focus()),
});

new Combobox($("query"), $("queries"), {
  find: async (asking, text) => {
    const { queries } = await asking.ask(address("api/queries", { text: text === explorer.asked.query ? "" : text }));
    return queries.map(({ query, events }) => ({ value: query, label: query, note: counted(events, "event") }));
  },
  choose: (chosen) => explorer.search(chosen.value ?? chosen),
  failed: (error) => problem.tell(error, () => $("query").focus()),
});

new Combobox($("category"), $("categories"), {
  find: async (asking, text) => {
    const typed = text === explorer.asked.category.join(" › ") ? "" : text;
    const { categories } = await asking.ask(address("api/categories", { text: typed }));
    return categories.map(({ names, items }) => ({ value: names, label: names.join(" › "), note: counted(items, "item") }));
  },
  choose: (chosen) => explorer.filter(chosen.value ?? chosen.split("›").map((name) => name.trim())),
  failed: (error) => problem.tell(error, () => $("category").focus()),
});

$("category").addEventListener("input", () => {
  if ($("category").value === "" && explorer.asked.category.length > 0) explorer.filter([]);
});

$("search").addEventListener("submit", (submitted) => {
  submitted.preventDefault();
  explorer.search($("query").value);
});

$("new-user").addEventListener("click", () => explorer.chooseUser(""));
$("held-out").addEventListener("change", () => explorer.holdOut(Number($("held-out").value)));
$("reset").addEventListener("click", () => {
  explorer.reset();
  $("user").focus();
});
window.addEventListener("hashchange", start);

new AddingForm($("add"), {
  add: (surface, query, items) => explorer.add(surface, query, items),
  say: (text) => explorer.say(text),
  failed: (error) => problem.tell(error, () => $("added-item").focus()),
});

start();
