// A ranked list with titles, scores, and how it moved.

import { counted, element, replaceKeepingFocus, unseen } from "./elements.js";
import { makeTabStop, rove } from "./roving.js";

const FIRST_SHOWN = 10;
const COLUMNS = ["Rank", "Moved", "Item", "Score", "Click"];

export class RankedList {
  #section;
  #explain;
  #add;
  #shown = FIRST_SHOWN;
  #drawn = null;

  /**
   * @param {HTMLElement} section - Has a note and a place for rows.
   * @param {object} how
   * @param {function(object): void} how.explain - Takes the item of a row.
   * @param {function(object): void} how.add - Takes the item of a row, to become the newest event.
   */
  constructor(section, { explain, add }) {
    [this.#section, this.#explain, this.#add] = [section, explain, add];
    rove(this.#rows);
  }

  get shown() {
    return this.#shown;
  }

  get #rows() {
    return this.#section.querySelector(".rows");
  }

  /** Says that an answer is on its way; what stands there stays until then. */
  wait() {
    this.#section.setAttribute("aria-busy", "true");
  }

  /** Shows a sentence instead of a list. */
  say(text) {
    this.#section.removeAttribute("aria-busy");
    this.#note = "";
    this.#drawn = null;
    this.#rows.replaceChildren(element("p", { class: "empty" }, text));
  }

  /**
   * Draws the list.
   *
   * @param {object} answer - `items` with ids, titles and scores, best first; how they were found.
   * @param {Map<string, {kind: string, places: number}>} moves - By item id.
   * @param {string|null} selected - The item that is explained.
   */
  show(answer, moves, selected) {
    this.#section.removeAttribute("aria-busy");
    if (answer.items.length === 0) {
      this.say("Nothing was found.");
      return;
    }
    this.#drawn = [answer, moves, selected];
    this.#note = foundBy(answer);
    const best = answer.items[0].score;
    const shown = answer.items.slice(0, this.#shown);
    const rows = shown.map((item, place) => this.#row(item, place, moves.get(item.item_id), selected, best));
    const head = element("tr", {}, ...COLUMNS.map((name) => element("th", { scope: "col" }, name)));
    const heading = this.#section.querySelector("h2").id;
    const table = element(
      "table", { role: "grid", "aria-labelledby": heading }, element("thead", {}, head), element("tbody", {}, ...rows),
    );
    const rest = answer.items.length - this.#shown;
    const showMore = { type: "button", class: "more", onclick: () => this.#showMore() };
    const more = element("button", showMore, `Show ${Math.min(rest, this.#shown)} more`);
    replaceKeepingFocus(this.#rows, rest > 0 ? [table, more] : [table]);
    if (!table.contains(document.activeElement)) makeTabStop(this.#rows);
  }

  set #note(text) {
    this.#section.querySelector(".note").textContent = text;
  }

  #showMore() {
    const first = this.#shown;
    this.#shown *= 2;
    this.show(...this.#drawn);
    this.#rows.querySelector(`[data-row="${first}"]`)?.focus();
  }

  #row(item, place, move, selected, best) {
    const isSelected = item.item_id === selected;
    const score = element("td", { class: "score", role: "gridcell" }, item.score.toFixed(4));
    score.style.setProperty("--share", String(best > 0 ? Math.max(0, item.score / best) : 0));
    return element(
      "tr",
      { "aria-selected": String(isSelected), class: isSelected ? "selected" : null },
      element("td", { class: "rank", role: "gridcell" }, String(place + 1)),
      element("td", { class: `move ${move?.kind ?? ""}`, role: "gridcell" }, ...moved(move)),
      element(
        "td", { role: "gridcell" },
        element(
          "button",
          {
            type: "button", class: "item", title: "Show which events weighed most",
            "data-key": `explain ${item.item_id}`, "data-row": String(place), "data-column": "0",
            onclick: () => this.#explain(item),
          },
          item.title, ...(item.title === item.item_id ? [] : [" ", element("span", { class: "id" }, item.item_id)]),
        ),
      ),
      score,
      element(
        "td", { role: "gridcell" },
        element(
          "button",
          {
            type: "button", class: "add", title: "Click it: add it to the history as the newest event",
            "data-key": `add ${item.item_id}`, "data-row": String(place), "data-column": "1",
            onclick: () => this.#add(item),
          },
          element("span", { "aria-hidden": "true" }, "+"), unseen(`Click ${item.title}: add it to the history`),
        ),
      ),
    );
  }
}

function moved(move) {
  if (!move || move.kind === "same") return [];
  if (move.kind === "new") return ["new"];
  const sign = element("span", { "aria-hidden": "true" }, move.kind === "up" ? "▲" : "▼");
  return [sign, unseen(`${move.kind} `), String(move.places), unseen(` ${move.places === 1 ? "place" : "places"}`)];
}

function foundBy({ signature, candidates }) {
  if (!candidates) return `${signature}: found in the whole catalogue`;
  const all = counted(candidates.catalogue, "item");
  if (candidates.ranked === candidates.catalogue) return `${signature}: all ${all} ranked`;
  return `${signature}: the ${candidates.ranked.toLocaleString("en")} most popular of ${all} ranked`;
}
