// The ranks of the items that the user really clicked next.

/**
 * Finds the ranks of the items that were clicked next.
 *
 * @param {object[]} next - Events that were held out from the model.
 * @param {"recommendation"|"search"} surface - The list's surface.
 * @param {string} query - The list's query; empty for the feed.
 * @param {string[]} ids - The list's item ids, best first.
 * @returns {{item: object, rank: number|null}[]} For the clicks that the list is about: those in
 *     the feed, or those in searches for this query.
 */
export function placesOf(next, surface, query, ids) {
  return next
    .filter((event) => event.surface === surface && event.query === query)
    .flatMap((event) => event.items.map((item) => ({ item, rank: ids.indexOf(item.item_id) + 1 || null })));
}

/** The ids of all items that were clicked next, on either surface. @returns {Set<string>} */
export function idsOf(next) {
  return new Set(next.flatMap((event) => event.items.map((item) => item.item_id)));
}

/** The ranks in a sentence; empty if nothing was clicked. */
export function inWords(places, asked) {
  if (places.length === 0) return "";
  const told = places.map(({ item, rank }) => (
    `“${item.title}” (${rank === null ? `not among the first ${asked.toLocaleString("en")}` : `rank ${rank}`})`
  ));
  return `What the user did click next: ${told.join(", ")}.`;
}
