// How a ranking moved between two answers to the same question.

/**
 * Compares two rankings.
 *
 * @param {string[]|null} before - Item ids, best first; null if there is nothing to compare with.
 * @param {string[]} now - The item ids of the new ranking, best first.
 * @returns {Map<string, {kind: "up"|"down"|"same"|"new", places: number}>} For each item of `now`; empty without
 *     `before`.
 */
export function movements(before, now) {
  const moves = new Map();
  if (before === null) return moves;
  const places = new Map(before.map((id, place) => [id, place]));
  now.forEach((id, place) => {
    if (!places.has(id)) {
      moves.set(id, { kind: "new", places: 0 });
      return;
    }
    const risen = places.get(id) - place;
    moves.set(id, { kind: risen > 0 ? "up" : risen < 0 ? "down" : "same", places: Math.abs(risen) });
  });
  return moves;
}

/** How many of the first `shown` items have another rank than before. */
export function countMoved(moves, now, shown) {
  return now.slice(0, shown).filter((id) => moves.has(id) && moves.get(id).kind !== "same").length;
}
