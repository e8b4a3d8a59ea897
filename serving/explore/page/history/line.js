// The history as a line of events, oldest first, followed by what the user did next.

import { element, foreign, replaceKeepingFocus, unseen } from "../parts/elements.js";
import { makeTabStop, rove } from "../parts/roving.js";
import { transition } from "./transitions.js";

const KINDS = { recommendation: "Feed", search: "Search" };
const TIME = new Intl.DateTimeFormat("en-GB", {
  day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", timeZone: "UTC",
});

/** @typedef {import("../asked.js").HistoryEvent} HistoryEvent */

export class HistoryLine {
  #list;
  #toggle;
  #search;

  /**
   * @param {HTMLOListElement} list
   * @param {object} how
   * @param {function(HistoryEvent): void} how.toggle - Leaves an event out, or takes it back in.
   * @param {function(string): void} how.search - Asks for the query of an event.
   */
  constructor(list, { toggle, search }) {
    [this.#list, this.#toggle, this.#search] = [list, toggle, search];
    rove(list);
    list.addEventListener("keydown", (pressed) => {
      if (pressed.key !== "Delete" && pressed.key !== "Backspace") return;
      pressed.preventDefault();
      pressed.target.closest(".toggle")?.click();
    });
  }

  /**
   * Draws the line.
   *
   * @param {HistoryEvent[]} events
   * @param {HistoryEvent[]} next - What the user did next.
   * @param {Map<number, {share: number, text: string, lowers: boolean}>} weights - By key of the event: how strongly
   *     to mark it, from 0 to 1, and its weight as text.
   */
  show(events, next, weights = new Map()) {
    const isAtEnd = this.#list.scrollLeft + this.#list.clientWidth >= this.#list.scrollWidth - 2;
    const steps = stepsOf(events);
    const cards = events.map((event, place) => this.#card(event, place, steps[place], weights.get(event.key)));
    replaceKeepingFocus(this.#list, [...cards, ...next.map((event, place) => this.#next(event, place))]);
    if (!this.#list.contains(document.activeElement)) {
      makeTabStop(this.#list, [...this.#list.querySelectorAll(".toggle")].at(-1));
    }
    if (isAtEnd) this.#list.scrollLeft = this.#list.scrollWidth;
    const strongest = events.findLastIndex((event) => weights.get(event.key)?.share === 1);
    if (strongest >= 0) this.#bringIntoSight(this.#list.children[strongest]);
  }

  /** Scrolls the line to the end of the history, and to what came next as far as there is room. */
  bringNowIntoSight() {
    const first = this.#list.querySelector(".next");
    const newest = first?.previousElementSibling;
    const room = this.#list.clientWidth;
    if (!newest) this.#list.scrollLeft = this.#list.scrollWidth;
    else this.#list.scrollLeft = newest.offsetLeft + newest.offsetWidth - this.#list.offsetLeft - room / 2;
  }

  /** Scrolls only the line, not the page. */
  #bringIntoSight(card) {
    const left = card.offsetLeft - this.#list.offsetLeft;
    const right = left + card.offsetWidth;
    const { scrollLeft, clientWidth } = this.#list;
    if (left < scrollLeft) this.#list.scrollLeft = left;
    else if (right > scrollLeft + clientWidth) this.#list.scrollLeft = right - clientWidth;
  }

  #card(event, place, step, weight) {
    const time = event.time === null ? "added here" : TIME.format(event.time);
    const left = `${event.isKept ? "" : " left-out"}${weight?.lowers ? " lowers" : ""}`;
    const card = element(
      "li",
      { class: `event ${event.surface}${left}` },
      step ? element("span", { class: "step", title: step.meaning }, step.sign) : null,
      kindOf(event, time, String(place + 1)),
      ...contents(event),
      weight ? element("p", { class: "weight" }, weight.text) : null,
      this.#button(event, place),
    );
    card.style.setProperty("--weight", weight ? weight.share.toFixed(3) : "0");
    return card;
  }

  #next(event, place) {
    const asks = event.query && {
      type: "button", class: "ask", "data-key": `next ${event.key}`, onclick: () => this.#search(event.query),
    };
    return element(
      "li",
      { class: `event next ${event.surface}${place === 0 ? " first" : ""}` },
      kindOf(event, TIME.format(event.time), "came next"),
      ...contents(event),
      asks ? element("button", asks, "Search for it") : null,
    );
  }

  #button(event, place) {
    const does = event.isKept ? (event.time === null ? "Remove" : "Leave out") : "Take back in";
    const query = event.query ? ` “${event.query}”` : "";
    const titles = event.items.map((item) => item.title).join(", ") || "nothing clicked";
    return element(
      "button",
      {
        type: "button", class: "toggle", title: does, "data-key": String(event.key),
        "data-row": "0", "data-column": String(place), onclick: () => this.#toggle(event),
      },
      element("span", { "aria-hidden": "true" }, event.isKept ? "×" : "↺"),
      unseen(`${does}: ${KINDS[event.surface]} event${query}, ${titles}`),
    );
  }
}

function kindOf(event, time, beside) {
  return element(
    "p", { class: "kind" },
    element("span", { class: "badge" }, KINDS[event.surface], " ", element("span", { class: "beside" }, beside)),
    element("time", {}, time),
  );
}

function contents(event) {
  const query = event.query ? [element("p", { class: "query" }, "“", foreign(event.query), "”")] : [];
  if (event.items.length === 0) return [...query, element("p", { class: "title none" }, "nothing clicked")];
  return [...query, ...event.items.map((item) => element("p", { class: "title", dir: "auto", title: item.title }, item.title))];
}

/** The transition to each event, from the kept event before it. */
function stepsOf(events) {
  let before = null;
  return events.map((event) => {
    if (!event.isKept) return null;
    const step = before && transition(before, event);
    before = event;
    return step;
  });
}
