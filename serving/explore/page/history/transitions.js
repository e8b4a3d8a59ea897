// Transitions, as UniSAR calls them: from the surface of one event to the surface of the next.

const LETTERS = { recommendation: "r", search: "s" };
const NAMES = { recommendation: "feed", search: "search" };

/** The four kinds of transitions that the model distinguishes. */
export const KINDS = ["recommendation", "search"].flatMap((from) => (
  ["recommendation", "search"].map((to) => ({ from, to, ...told(from, to) }))
));

/** The transition from one event to another: its sign, such as "r→s", and what that means. */
export function transition(from, to) {
  return told(from.surface, to.surface);
}

/** How often each sign occurs in a history. @returns {Map<string, number>} */
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
