// Where the windows of a model's sessions lie on a time line that has the events of both surfaces.

/**
 * Turns windows, which count the events of one surface, into stretches of the whole line.
 *
 * @param {{start: number, end: number}[]} windows - Event t of the surface lies between t and t + 1.
 * @param {number[]} places - Where on the line each event of the surface stands, from 0.
 * @returns {{number: number, from: number, to: number, lane: number}[]} In places: an event at p lies between p and
 *     p + 1. Windows without length are left out; those that overlap lie in lanes of their own.
 */
export function stretches(windows, places) {
  const ends = [];
  return windows.flatMap(({ start, end }, index) => {
    if (end - start < 0.01 || places.length === 0) return [];
    const first = Math.min(Math.floor(start), places.length - 1);
    const last = Math.min(Math.max(Math.ceil(end) - 1, first), places.length - 1);
    const from = places[first] + (start - first);
    const to = places[last] + Math.min(1, end - last);
    let lane = ends.findIndex((taken) => taken <= from + 0.01);
    if (lane < 0) lane = ends.length;
    ends[lane] = to;
    return [{ number: index + 1, from, to, lane }];
  });
}
