// What weighed in an item's score, in figures and in words.

const SURFACES = { recommendation: "feed", search: "search" };

/**
 * Turns the server's answer into what the line of events shows.
 *
 * @param {{measure: string, of_events: number[]}} influence - A figure for each event that the model was told of.
 * @param {object[]} events - Those events.
 * @returns {Map<number, {share: number, text: string, lowers: boolean}>} By the events' keys.
 */
export function marks(influence, events) {
  const isAttention = influence.measure === "attention";
  const figures = events.map((event, place) => ({ event, figure: influence.of_events[place] }));
  const marked = new Map();
  for (const { event, figure } of figures) {
    // Each surface has an attention of its own, so it has a strongest event of its own too.
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

/**
 * Says it in a few sentences.
 *
 * @param {{title: string}} item
 * @param {"recommendation"|"search"} surface - Of the list that the item stands in.
 * @param {{score: number, measure: string, of_events: number[]}} influence
 * @param {object[]} events - Those that the model was told of.
 */
export function inWords(item, surface, influence, events) {
  const list = surface === "search" ? "the search results" : "the feed";
  const start = `“${item.title}” has a score of ${influence.score.toFixed(4)} in ${list}.`;
  if (events.length === 0) return `${start} There is no event that could have weighed.`;
  if (influence.measure === "attention") {
    const strongest = Object.keys(SURFACES).flatMap((kind) => strongestOf(kind, influence, events));
    return `${start} The model looks most at, ${strongest.join("; ")}. The attention to either kind adds up to 100%.`;
  }
  const [place] = order(influence.of_events.map(Math.abs));
  const figure = influence.of_events[place];
  return `${start} This model does not tell what it attends to; each figure is what the score loses when the event is `
    + `left out. Most: ${named(events[place])} (${signed(figure)}).`;
}

function strongestOf(kind, influence, events) {
  const figures = events.map((event, place) => (event.surface === kind ? influence.of_events[place] : -1));
  const places = order(figures).filter((place) => figures[place] > 0).slice(0, 2);
  if (places.length === 0) return [];
  const listed = places.map((place) => `${named(events[place])} (${percent(figures[place])})`);
  return [`among the ${SURFACES[kind]} events, ${listed.join(", then ")}`];
}

function order(figures) {
  return figures.map((_, place) => place).sort((one, other) => figures[other] - figures[one]);
}

function named(event) {
  const titles = event.items.map((item) => item.title).join(", ") || "nothing clicked";
  return event.query ? `“${event.query}”: ${titles}` : titles;
}

function percent(share) {
  return `${(100 * share).toFixed(share < 0.0995 ? 1 : 0)}%`;
}

function signed(figure) {
  return `${figure < 0 ? "−" : "+"}${Math.abs(figure).toFixed(4)}`;
}
