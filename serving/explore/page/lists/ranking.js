// A ranked list.

import { counted, element, replaceKeepingFocus } from "../parts/elements.js";
import { makeTabStop, rove } from "../parts/roving.js";
import { digitsFor } from "../parts/scores.js";
import { idsOf, inWords, placesOf } from "./next.js";
import { row } from "./row.js";

const FIRST_SHOWN = 10;

export class RankedList {
  #section;
  #open;
  #add;
  #shown = FIRST_SHOWN;
  #drawn = null;

  /**
   * @param {HTMLElement} section - Contains a note and a place for rows.
   * @param {object} how
   * @param {function(object): void} how.open - Opens the row of an item.
   * @param {function(object): void} how.add - Adds an item to the history, as the newest event.
   */
  constructor(section, { open, add }) {
    [this.#section, this.#open, this.#add] = [section, open, add];
    rove(this.#rows);
  }

  get shown() {
    return this.#shown;
  }

  get section() {
    return this.#section;
  }

  get #rows() {
    return this.#section.querySelector(".rows");
  }

  /** Marks the list as busy. The old rows stay until the answer comes. */
  wait() {
    this.#section.setAttribute("aria-busy", "true");
  }

  /** Marks the list as no longer busy. */
  rest() {
    this.#section.removeAttribute("aria-busy");
  }

  /** Shows a sentence instead of a list. */
  say(text) {
    this.rest();
    this.#note = "";
    this.#drawn = null;
    this.#rows.replaceChildren(element("p", { class: "empty" }, text));
  }

  /**
   * Draws the list.
   *
   * @param {object} answer - `items` with ids, titles and scores, best first; and how they were found.
   * @param {object} beside
   * @param {"recommendation"|"search"} beside.surface
   * @param {string} beside.query - The query that the list answers.
   * @param {Map<string, {kind: string, places: number}>} beside.moves - By item id.
   * @param {object[]} beside.next - What the user did next.
   * @param {{id: string, element: HTMLElement}|null} beside.detail - The details of the open row.
   */
  show(answer, beside) {
    this.rest();
    if (answer.items.length === 0) {
      this.say("Nothing was found.");
      return;
    }
    this.#drawn = [answer, beside];
    this.#note = foundBy(answer);
    const { items } = answer;
    const nextIds = idsOf(beside.next);
    const isShown = (item, place) => place < this.#shown || nextIds.has(item.item_id) || beside.detail?.id === item.item_id;
    const places = items.map((_, place) => place).filter((place) => isShown(items[place], place));
    const scores = places.map((place) => items[place].score);
    const common = {
      digits: digitsFor(scores), lowest: Math.min(...scores), highest: Math.max(...scores),
      open: this.#open, add: this.#add,
    };
    const rows = places.map((place) => {
      const item = items[place];
      const detail = beside.detail?.id === item.item_id ? beside.detail.element : null;
      return row(item, place, { ...common, detail, move: beside.moves.get(item.item_id), isNext: nextIds.has(item.item_id) });
    });
    // A row comes after a gap if its rank does not follow that of the row before.
    rows.forEach((made, index) => made.classList.toggle("after-gap", index > 0 && places[index] > places[index - 1] + 1));
    const list = element("ol", { class: "ranked" }, ...rows);
    replaceKeepingFocus(this.#rows, [list, ...this.#footer(answer, beside)]);
    if (!list.contains(document.activeElement)) makeTabStop(this.#rows);
  }

  set #note(text) {
    this.#section.querySelector(".note").textContent = text;
  }

  #footer(answer, { next, surface, query }) {
    const rest = answer.items.length - this.#shown;
    const told = inWords(placesOf(next, surface, query, answer.items.map((item) => item.item_id)), answer.items.length);
    const showMore = { type: "button", class: "more", "data-key": "more", onclick: () => this.#showMore() };
    return [
      rest > 0 ? element("button", showMore, `Show ${Math.min(rest, this.#shown)} more`) : null,
      told ? element("p", { class: "told-next" }, told) : null,
    ].filter((part) => part !== null);
  }

  #showMore() {
    const first = this.#shown;
    this.#shown *= 2;
    this.show(...this.#drawn);
    this.#rows.querySelector(`[data-row="${first}"]`)?.focus();
  }
}

function foundBy({ items, signature, version, milliseconds, candidates }) {
  // Nothing was known of a request whose items are all found by popularity.
  const unknown = items.every(({ source }) => source === "popularity") ? "nothing is known of whom it asks for: the most popular" : "";
  return [how(signature, candidates), unknown, version === null ? "" : `version ${version}`, `${milliseconds.toLocaleString("en")} ms`]
    .filter((part) => part !== "").join(" · ");
}

function how(signature, candidates) {
  if (!candidates) return `${signature}: found in the whole catalogue`;
  const all = counted(candidates.catalogue, "item");
  if (candidates.ranked === candidates.catalogue) return `${signature}: all ${all} ranked`;
  return `${signature}: the ${candidates.ranked.toLocaleString("en")} most popular of ${all} ranked`;
}
