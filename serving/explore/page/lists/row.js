// One row of a ranked list: rank, title, score, and its two buttons.

import { element, unseen } from "../parts/elements.js";
import { barOf } from "../parts/scores.js";
import { marked } from "../parts/words.js";

/**
 * Makes the row.
 *
 * @param {object} item - Has id, title, the title's parts, score, and its source if the model tells it.
 * @param {number} place - From 0.
 * @param {object} shown
 * @param {{kind: string, places: number}|undefined} shown.move - How it moved.
 * @param {boolean} shown.isNext - Whether the user clicked it next.
 * @param {number} shown.digits - How many digits the score has.
 * @param {number} shown.lowest
 * @param {number} shown.highest
 * @param {HTMLElement|null} shown.detail - The details below the row, if it is open.
 * @param {function(object): void} shown.open
 * @param {function(object): void} shown.add
 * @returns {HTMLLIElement}
 */
export function row(item, place, shown) {
  const isOpen = shown.detail !== null;
  return element(
    "li",
    { class: `row${isOpen ? " open" : ""}${shown.isNext ? " is-next" : ""}` },
    element(
      "button",
      {
        type: "button", class: "item", "aria-expanded": String(isOpen), title: "See what weighed",
        "data-key": `open ${item.item_id}`, "data-row": String(place), "data-column": "0",
        onclick: () => shown.open(item),
      },
      element("span", { class: "rank" }, String(place + 1), moved(shown.move)),
      element(
        "span", { class: "name" },
        element("span", { class: "title", dir: "auto" }, ...marked(item.parts)),
        shown.isNext ? element("span", { class: "did-next" }, "clicked next") : null,
        item.source ? element("span", { class: "source" }, unseen("found by "), item.source) : null,
      ),
      score(item, shown),
      element("span", { class: "arrow", "aria-hidden": "true" }),
    ),
    element(
      "button",
      {
        type: "button", class: "add", title: "Click it as the user: it becomes the newest event",
        "data-key": `add ${item.item_id}`, "data-row": String(place), "data-column": "1",
        onclick: () => shown.add(item),
      },
      element("span", { "aria-hidden": "true" }, "+"), unseen(`Click ${item.title}: add it to the history`),
    ),
    shown.detail,
  );
}

function score(item, { digits, lowest, highest }) {
  const made = element(
    "span", { class: "score" },
    element("span", { class: "figure" }, item.score.toFixed(digits)),
    element("span", { class: "bar", "aria-hidden": "true" }),
  );
  made.style.setProperty("--share", barOf(item.score, lowest, highest).toFixed(4));
  return made;
}

function moved(move) {
  if (!move || move.kind === "same") return null;
  if (move.kind === "new") return element("span", { class: "move new" }, "new");
  return element(
    "span", { class: `move ${move.kind}` },
    element("span", { "aria-hidden": "true" }, move.kind === "up" ? "▲" : "▼"),
    unseen(`${move.kind} `), String(move.places), unseen(` ${move.places === 1 ? "place" : "places"}`),
  );
}
