// How much each event weighed in an item's score, in figures and in words.

import { percent, signed } from "../parts/scores.js";

const SURFACES = { recommendation: "feed", search: "search" };

/**
 * Turns the server's answer into the marks on events.
 *
 * @param {{measure: string, of_events: number[]}} influence - One figure for each event that the model got.
 * @param {object[]} events - Those events.
 * @returns {Map<number, {share: number, text: string, lowers: boolean}>} By the events' keys.
 */
export function marks(influence, events) {
  const isAttention = influence.measure === "attention";
  const figures = events.map((event, place) => ({ event, figure: influence.of_events[place] }));
  const marked = new Map();
  for (const { event, figure } of figures) {
    // Each surface has an attention of its own, and so its own strongest event.
    const peers = figures.filter((each) => !isAttention || each.event.surface === event.surface);
    const largest = Math.max(...peers.map((each) => Math.abs(each.figure)));
    marked.set(event.key, {
      share: largest > 0 ? Math.abs(figure) / largest : 0,
      text: isAttention ? percent(figure) : signed(figure),
      lowers: figure < 0,
    });
  }
  return marked;
}

/** Explains the figures in a sentence or two. */
export function meaning(influence, events) {
  if (events.length === 0) return "There is no event that could have weighed.";
  if (influence.measure === "attention") {
    const kinds = new Set(events.map((event) => event.surface));
    const sums = kinds.size === 2 ? " The shares of feed events add up to 100%, and so do those of searches." : "";
    return `The model looks most at these events when it scores the item.${sums}`;
  }
  return "This model does not tell what it attends to; each figure is what the score loses when the event is left out.";
}

/**
 * The events that weighed most, the heaviest of each surface first.
 *
 * @param {number} most - The most events of each surface.
 * @returns {{event: object, place: number, figure: number}[]}
 */
export function heaviest(influence, events, most) {
  const weighed = events
    .map((event, place) => ({ event, place, figure: influence.of_events[place] }))
    .filter(({ figure }) => Math.abs(figure) > 0)
    .sort((one, other) => Math.abs(other.figure) - Math.abs(one.figure));
  if (influence.measure !== "attention") return weighed.slice(0, most);
  // The two attentions cannot be compared, so neither may crowd out the other.
  return Object.keys(SURFACES).flatMap((kind) => (
    weighed.filter(({ event }) => event.surface === kind).slice(0, Math.ceil(most / 2))
  ));
}
