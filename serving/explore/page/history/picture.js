// The history as a picture: two lanes of events, the steps between them, and the sessions that the model sees.

import { drawn, element } from "../parts/elements.js";
import { stretches } from "./sessions.js";
import { KINDS, countSteps, transition } from "./transitions.js";

const SURFACES = ["recommendation", "search"];
const NAMES = { recommendation: "Feed", search: "Search" };
const SLOT = 46;
const LEFT = 84;
const BAND = 16;
const LANE = BAND + 4;
const GAP = 84; // Between the two lanes.
const RADIUS = 6;

/**
 * Draws the picture.
 *
 * @param {object[]} events - The events that the model gets, oldest first.
 * @param {Object<string, object|null>} divided - The answer of `sessions`, by surface; null if the model does not
 *     divide histories.
 * @param {Map<number, {share: number}>} weights - Weights of events by key. A heavier event is drawn larger.
 * @returns {HTMLElement[]}
 */
export function picture(events, divided, weights) {
  if (events.length === 0) return [element("p", { class: "note" }, "No events to draw.")];
  const surfaces = Object.keys(divided);
  const without = surfaces.filter((surface) => divided[surface] === null);
  const said = without.length === 0
    ? "Bands are the sessions that the model sees: full ones by what was clicked, dashed ones by what was searched for."
    : "The served model tells no sessions; one with session modelling does (model: unifiedssr).";
  return [
    element("div", { class: "drawing", tabindex: "0", role: "group", "aria-label": "The picture; scrolls sideways" }, drawing(events, divided, weights)),
    element("div", { class: "beside" }, table(events), element("p", { class: "note" }, said)),
  ];
}

function drawing(events, divided, weights) {
  const bands = Object.fromEntries(SURFACES.map((surface) => [surface, bandsOf(surface, events, divided[surface])]));
  const above = height(bands.recommendation);
  const y = { recommendation: above + 18, search: above + 18 + GAP };
  const total = y.search + 18 + height(bands.search);
  const width = LEFT + SLOT * events.length + 12;
  const at = (place) => LEFT + SLOT * (place + 0.5);
  const parts = SURFACES.map((surface) => (
    drawn("text", { x: "0", y: String(y[surface] + 5), class: `lane ${surface}` }, NAMES[surface])
  ));
  for (const surface of SURFACES) {
    const isAbove = surface === "recommendation";
    bands[surface].forEach((band) => {
      const top = isAbove ? y[surface] - 18 - (band.row + 1) * LANE + 4 : y[surface] + 18 + band.row * LANE;
      parts.push(drawBand(band, top, surface));
    });
  }
  events.slice(1).forEach((event, place) => {
    const before = events[place];
    const { meaning, sign } = transition(before, event);
    const line = { x1: at(place), y1: y[before.surface], x2: at(place + 1), y2: y[event.surface] };
    const kind = before.surface === event.surface ? event.surface : "crossing";
    parts.push(drawn("line", { ...line, class: `step ${kind}` }, drawn("title", {}, `${sign}: ${meaning}`)));
  });
  events.forEach((event, place) => {
    const share = weights.get(event.key)?.share ?? 0;
    parts.push(
      drawn(
        "g", { class: `dot ${event.surface}` },
        drawn("title", {}, labelOf(event)),
        drawn("circle", { cx: at(place), cy: y[event.surface], r: RADIUS + 5 * share }),
        drawn("text", { x: at(place), y: y[event.surface] + (event.surface === "search" ? -15 : 25) }, String(place + 1)),
      ),
    );
  });
  return drawn(
    "svg",
    { width, height: total, viewBox: `0 0 ${width} ${total}`, role: "img", "aria-label": inWords(events) },
    ...parts,
  );
}

/** The bands of a surface. Each has a row, counted away from the events. */
function bandsOf(surface, events, divided) {
  if (!divided) return [];
  const own = events.flatMap((event, place) => (event.surface === surface ? [place] : []));
  // The model keeps only the newest events: `tokens` gives their places in the history.
  const places = divided.tokens.filter((token) => own.includes(token));
  const clicks = stretches(divided.by_clicks, places);
  const rows = Math.max(0, ...clicks.map((band) => band.lane + 1));
  const queries = stretches(divided.by_queries, places);
  return [
    ...clicks.map((band) => ({ ...band, row: band.lane, by: "what was clicked" })),
    ...queries.map((band) => ({ ...band, row: band.lane + rows, by: "what was searched for" })),
  ];
}

function height(bands) {
  return Math.max(0, ...bands.map((band) => band.row + 1)) * LANE;
}

function drawBand({ number, from, to, by }, top, surface) {
  const x = LEFT + SLOT * from;
  const isByQueries = by !== "what was clicked";
  return drawn(
    "g", { class: `band ${surface}${isByQueries ? " queries" : ""}` },
    drawn("title", {}, `Session ${number} by ${by}`),
    drawn("rect", { x: x + 1, y: top, width: Math.max(2, SLOT * (to - from) - 2), height: BAND, rx: 5 }),
    SLOT * (to - from) > 14 ? drawn("text", { x: x + 7, y: top + 12 }, String(number)) : null,
  );
}

function table(events) {
  const counts = countSteps(events);
  const rows = SURFACES.map((from) => (
    element(
      "tr", {},
      element("th", { scope: "row" }, `${NAMES[from]} →`),
      ...KINDS.filter((kind) => kind.from === from).map(({ sign }) => (
        element("td", {}, element("b", {}, String(counts.get(sign))), " ", element("span", { class: "note" }, sign))
      )),
    )
  ));
  const head = element("tr", {}, element("td", {}), ...SURFACES.map((to) => element("th", { scope: "col" }, `→ ${NAMES[to]}`)));
  return element("table", { class: "steps" }, element("caption", {}, "Transitions"), element("thead", {}, head), element("tbody", {}, ...rows));
}

function labelOf(event) {
  const titles = event.items.map((item) => item.title).join(", ") || "nothing clicked";
  return event.query ? `“${event.query}”: ${titles}` : titles;
}

function inWords(events) {
  const counts = [...countSteps(events)].map(([sign, count]) => `${sign} ${count}`);
  return `${events.length} events; transitions ${counts.join(", ")}`;
}
