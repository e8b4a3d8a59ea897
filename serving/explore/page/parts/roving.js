// One tab stop for a group of controls; the arrow keys move within it.

/**
 * Makes the arrow keys, Home and End move the focus among controls.
 *
 * @param {HTMLElement} group - Contains the controls, now or later. Each has "data-row" and "data-column".
 */
export function rove(group) {
  group.addEventListener("keydown", (event) => {
    const from = event.target.closest("[data-row]");
    const step = STEPS[event.key];
    if (!from || !step || event.ctrlKey || event.altKey || event.metaKey) return;
    const to = reached(group, from, step);
    if (!to) return;
    event.preventDefault();
    to.focus();
  });
  group.addEventListener("focusin", (event) => {
    const control = event.target.closest("[data-row]");
    if (control) makeTabStop(group, control);
  });
}

/** Lets Tab reach one control of the group: the given one, or else the first. */
export function makeTabStop(group, control = null) {
  const all = [...group.querySelectorAll("[data-row]")];
  const stop = control ?? all[0];
  for (const each of all) each.tabIndex = each === stop ? 0 : -1;
}

const STEPS = {
  ArrowDown: [1, 0],
  ArrowUp: [-1, 0],
  ArrowRight: [0, 1],
  ArrowLeft: [0, -1],
  Home: [-Infinity, 0],
  End: [Infinity, 0],
};

function reached(group, from, [rows, columns]) {
  const all = [...group.querySelectorAll("[data-row]")];
  const place = (control) => [Number(control.dataset.row), Number(control.dataset.column)];
  const [row, column] = place(from);
  if (Number.isFinite(rows)) {
    return all.find((each) => place(each)[0] === row + rows && place(each)[1] === column + columns);
  }
  const line = all.filter((each) => place(each)[1] === column || place(each)[0] === row);
  const inRow = line.every((each) => place(each)[0] === row);
  const along = inRow ? line : line.filter((each) => place(each)[1] === column);
  return rows < 0 ? along[0] : along.at(-1);
}
