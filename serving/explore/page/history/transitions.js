// The steps from one event of a history to the next, told by surface: what UniSAR calls transitions.

const LETTERS = { recommendation: "r", search: "s" };
const NAMES = { recommendation: "feed", search: "search" };

/** The four kinds, as the model tells them apart. */
export const KINDS = ["recommendation", "search"].flatMap((from) => (
  ["recommendation", "search"].map((to) => ({ from, to, ...told(from, to) }))
));

/** The step from one event to another: its sign, such as "r→s", and what that means. */
export function transition(from, to) {
  return told(from.surface, to.surface);
}

/** How often each sign stands in a history. @returns {Map<string, number>} */
export function countSteps(events) {
  const counts = new Map(KINDS.map(({ sign }) => [sign, 0]));
  events.slice(1).forEach((event, place) => {
    const { sign } = transition(events[place], event);
    counts.set(sign, counts.get(sign) + 1);
  });
  return counts;
}

function told(from, to) {
  return { sign: `${LETTERS[from]}→${LETTERS[to]}`, meaning: `from ${NAMES[from]} to ${NAMES[to]}` };
}
