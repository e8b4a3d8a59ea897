// Maps a model's session windows, over one surface's events, to a line with the events of both surfaces.

/**
 * Turns windows over the events of one surface into stretches of the whole line.
 *
 * @param {{start: number, end: number}[]} windows - Event t of the surface lies between t and t + 1.
 * @param {number[]} places - The place of each of the surface's events on the line, from 0.
 * @returns {{number: number, from: number, to: number, lane: number}[]} In places: an event at p lies between p and
 *     p + 1. Empty windows are left out. Windows that overlap have different lanes.
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
