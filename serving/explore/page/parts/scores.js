// Shows scores so that people can compare them: with enough digits, and as bars.

const FEWEST = 4;
const MOST = 7;
const SHORTEST = 0.04;

/** How many digits it takes to tell different neighbours apart. `scores` are in order. */
export function digitsFor(scores) {
  for (let digits = FEWEST; digits < MOST; digits++) {
    const isPlain = scores.every((score, place) => (
      place === 0 || score === scores[place - 1] || score.toFixed(digits) !== scores[place - 1].toFixed(digits)
    ));
    if (isPlain) return digits;
  }
  return MOST;
}

/** The length of a score's bar, from 0 to 1, between the lowest and the highest score shown. */
export function barOf(score, lowest, highest) {
  if (highest <= lowest) return 1;
  const share = (score - lowest) / (highest - lowest);
  return SHORTEST + (1 - SHORTEST) * Math.min(1, Math.max(0, share));
}

/** "+0.0100" or "−0.0100". */
export function signed(figure, digits = FEWEST) {
  return `${figure < 0 ? "−" : "+"}${Math.abs(figure).toFixed(digits)}`;
}

/** "7.5%", "12%". */
export function percent(share) {
  return `${(100 * share).toFixed(share < 0.0995 ? 1 : 0)}%`;
}
