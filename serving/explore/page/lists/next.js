// Where the lists put what the user really did next.

/**
 * Finds the places of what was clicked next.
 *
 * @param {object[]} next - Events that the model was not told of.
 * @param {"recommendation"|"search"} surface - Of the list.
 * @param {string} query - That the list answers; empty for the feed.
 * @param {string[]} ids - Of the list, best first.
 * @returns {{item: object, rank: number|null}[]} Of the events that the list is about: those of the feed; of searches
 *     those for this very query.
 */
export function placesOf(next, surface, query, ids) {
  return next
    .filter((event) => event.surface === surface && event.query === query)
    .flatMap((event) => event.items.map((item) => ({ item, rank: ids.indexOf(item.item_id) + 1 || null })));
}

/** All ids that were clicked next, on whichever surface. @returns {Set<string>} */
export function idsOf(next) {
  return new Set(next.flatMap((event) => event.items.map((item) => item.item_id)));
}

/** Says it in a sentence; empty where there is nothing to say. */
export function inWords(places, asked) {
  if (places.length === 0) return "";
  const told = places.map(({ item, rank }) => (
    `“${item.title}” (${rank === null ? `not among the first ${asked.toLocaleString("en")}` : `rank ${rank}`})`
  ));
  return `What the user did click next: ${told.join(", ")}.`;
}
