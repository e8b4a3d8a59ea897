// The history as a line of events, oldest first.

import { element, replaceKeepingFocus, unseen } from "./elements.js";
import { makeTabStop, rove } from "./roving.js";

const KINDS = { recommendation: "Feed", search: "Search" };
const TIME = new Intl.DateTimeFormat("en-GB", {
  day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", timeZone: "UTC",
});

/**
 * An event of the line.
 *
 * @typedef {object} HistoryEvent
 * @property {number} key - Tells it from all others.
 * @property {"recommendation"|"search"} surface
 * @property {string} query
 * @property {{item_id: string, title: string}[]} items
 * @property {number|null} time - Milliseconds since 1970; null for one that was added here.
 * @property {boolean} isKept - Whether the model is told of it.
 */

export class HistoryLine {
  #list;
  #toggle;

  /**
   * @param {HTMLOListElement} list
   * @param {function(HistoryEvent): void} toggle - Leaves an event out, or takes it back in.
   */
  constructor(list, toggle) {
    [this.#list, this.#toggle] = [list, toggle];
    rove(list);
    list.addEventListener("keydown", (pressed) => {
      if (pressed.key !== "Delete" && pressed.key !== "Backspace") return;
      pressed.preventDefault();
      pressed.target.closest("button")?.click();
    });
  }

  /**
   * Draws the line.
   *
   * @param {HistoryEvent[]} events
   * @param {Map<number, {share: number, text: string, lowers: boolean}>} weights - What is known of events by key: how
   *     strongly to mark it, from 0 to 1, and the figure in words.
   */
  show(events, weights = new Map()) {
    const isAtEnd = this.#list.scrollLeft + this.#list.clientWidth >= this.#list.scrollWidth - 2;
    replaceKeepingFocus(this.#list, events.map((event, place) => this.#card(event, place, weights.get(event.key))));
    if (!this.#list.contains(document.activeElement)) {
      makeTabStop(this.#list, this.#list.querySelector("li:last-child button"));
    }
    if (isAtEnd) this.#list.scrollLeft = this.#list.scrollWidth;
    const strongest = events.findLastIndex((event) => weights.get(event.key)?.share === 1);
    if (strongest >= 0) this.#bringIntoSight(this.#list.children[strongest]);
  }

  /** Moves the line alone: the page stays where it is read. */
  #bringIntoSight(card) {
    const left = card.offsetLeft - this.#list.offsetLeft;
    const right = left + card.offsetWidth;
    const { scrollLeft, clientWidth } = this.#list;
    if (left < scrollLeft) this.#list.scrollLeft = left;
    else if (right > scrollLeft + clientWidth) this.#list.scrollLeft = right - clientWidth;
  }

  #card(event, place, weight) {
    const time = event.time === null ? "added here" : TIME.format(event.time);
    const kind = KINDS[event.surface];
    const query = event.query ? `“${event.query}”` : "";
    const titles = event.items.length > 0 ? event.items.map((item) => item.title) : ["nothing clicked"];
    const card = element(
      "li",
      { class: `event ${event.surface}${event.isKept ? "" : " left-out"}${weight?.lowers ? " lowers" : ""}` },
      element("p", { class: "kind" }, element("span", { class: "badge" }, kind), element("time", {}, time)),
      query ? element("p", { class: "query" }, query) : null,
      ...titles.map((title) => element("p", { class: event.items.length > 0 ? "title" : "title none" }, title)),
      weight ? element("p", { class: "weight" }, weight.text) : null,
      this.#button(event, place, `${kind} event${query ? ` ${query}` : ""}, ${titles.join(", ")}`),
    );
    card.style.setProperty("--weight", weight ? weight.share.toFixed(3) : "0");
    return card;
  }

  #button(event, place, name) {
    const does = event.isKept ? (event.time === null ? "Remove" : "Leave out") : "Take back in";
    return element(
      "button",
      {
        type: "button", class: "toggle", title: does, "data-key": String(event.key),
        "data-row": "0", "data-column": String(place), onclick: () => this.#toggle(event),
      },
      element("span", { "aria-hidden": "true" }, event.isKept ? "×" : "↺"),
      unseen(`${does}: ${name}`),
    );
  }
}
