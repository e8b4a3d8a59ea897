// The details below an item's row: weights of events, what the log knows, and similar items.

import { counted, element, foreign, unseen } from "../parts/elements.js";
import { heaviest, marks, meaning } from "./influence.js";

const KINDS = { recommendation: "Feed", search: "Search" };
const MOST_EVENTS = 6;

export class Detail {
  #weighed = element("div", { class: "weighed" }, element("p", { class: "note" }, "Asking the model what weighed…"));
  #facts = element("dl", { class: "facts" });
  #alike = element("div", { class: "alike" });
  #add;

  /**
   * @param {object} item - The row's item.
   * @param {object} how
   * @param {(function(): void)|null} how.askSimilar - Asks for similar items; null if the model has no such signature.
   * @param {function(object): void} how.add - Takes a similar item, to become the newest event.
   */
  constructor(item, { askSimilar, add }) {
    this.#add = add;
    const button = { type: "button", class: "ask", "data-key": "similar", onclick: askSimilar ?? (() => {}) };
    this.#alike.append(
      askSimilar
        ? element("button", button, "Similar items")
        : element("p", { class: "note" }, "The served model tells no similar items."),
    );
    this.element = element(
      "div", { class: "detail", role: "region", "aria-label": `About ${item.title}` },
      this.#weighed,
      element("div", { class: "beside" }, this.#facts, this.#alike),
    );
  }

  /** Shows what weighed. @returns {string} The same in a sentence. */
  showInfluence(influence, events) {
    const marked = marks(influence, events);
    const said = meaning(influence, events);
    const bars = heaviest(influence, events, MOST_EVENTS).map(({ event, place }) => {
      const { share, text, lowers } = marked.get(event.key);
      const bar = element("span", { class: "bar", "aria-hidden": "true" });
      bar.style.setProperty("--share", share.toFixed(4));
      return element(
        "li", { class: `${event.surface}${lowers ? " lowers" : ""}` },
        element("span", { class: "of" }, `${KINDS[event.surface]} ${place + 1}`),
        element("span", { class: "what" }, ...whatOf(event)),
        element("span", { class: "figure" }, text),
        bar,
      );
    });
    this.#weighed.replaceChildren(element("h3", {}, "What weighed"), element("p", {}, said), element("ol", { class: "weights" }, ...bars));
    return said;
  }

  /** Says why there are no weights. */
  sayOfInfluence(text) {
    this.#weighed.replaceChildren(element("h3", {}, "What weighed"), element("p", {}, text));
  }

  /**
   * Shows what the log knows about the item, and its ranks.
   *
   * @param {object} details - The server's answer.
   * @param {[string, string][]} places - Names of lists, and the item's rank in each.
   */
  showFacts(details, places) {
    const facts = [
      ...places,
      ["Id", details.item_id],
      ["Category", details.categories.join(" › ") || "none"],
      ...Object.entries(details.attributes),
      ["Clicks", details.is_in_log ? popularity(details) : "not in the log"],
    ];
    this.#facts.replaceChildren(
      ...facts.map(([name, value]) => element("div", {}, element("dt", {}, foreign(name)), element("dd", {}, foreign(value)))),
    );
  }

  /** Shows similar items: null if the model has no such signature, empty if it does not know the item. */
  showSimilar(items) {
    if (!items || items.length === 0) {
      this.#alike.replaceChildren(element("p", { class: "note" }, "The model does not know this item, so it tells none like it."));
      return;
    }
    this.#alike.replaceChildren(
      element("h3", {}, "Similar items", element("span", { class: "note" }, " cosine")),
      element("ol", { class: "weights" }, ...items.map((item) => this.#similar(item))),
    );
  }

  #similar(item) {
    const bar = element("span", { class: "bar", "aria-hidden": "true" });
    bar.style.setProperty("--share", Math.max(0, item.score).toFixed(4));
    const add = { type: "button", class: "add", "data-key": `similar ${item.item_id}`, onclick: () => this.#add(item) };
    return element(
      "li", { class: "alike-item" },
      element("span", { class: "what", dir: "auto" }, item.title),
      element("span", { class: "figure" }, item.score.toFixed(3)),
      bar,
      element("button", add, element("span", { "aria-hidden": "true" }, "+"), unseen(`Click ${item.title}: add it to the history`)),
    );
  }
}

function whatOf(event) {
  const titles = event.items.map((item) => item.title).join(", ") || "nothing clicked";
  return event.query ? ["“", foreign(event.query), "” ", foreign(titles)] : [foreign(titles)];
}

function popularity({ events, popularity: place, items }) {
  return `${counted(events, "click")} in the log, place ${place.toLocaleString("en")} of ${items.toLocaleString("en")}`;
}
