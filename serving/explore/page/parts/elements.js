// Makes elements. What comes from logs and people enters the page as text, never as markup.

const SVG = "http://www.w3.org/2000/svg";

/**
 * Makes an element.
 *
 * @param {string} tag - Such as "button".
 * @param {Object<string, string|boolean|Function>} properties - "class", "data-...", "aria-..." and other attributes;
 *     true and false set and leave out an attribute; "onclick" and its like take functions.
 * @param {...(Node|string|null)} children - Strings become text.
 * @returns {HTMLElement}
 */
export function element(tag, properties = {}, ...children) {
  return filled(document.createElement(tag), properties, children);
}

/** Makes an element of a drawing; otherwise as `element`. */
export function drawn(tag, properties = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), properties, children);
}

function filled(made, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === "function") made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** Text for those who hear the page only. */
export function unseen(text) {
  return element("span", { class: "unseen" }, text);
}

/** Text of a log, which has a direction of its own, whatever the text around it has. */
export function foreign(text) {
  return element("bdi", {}, text);
}

/**
 * Replaces the children of an element, and keeps the focus where it was: on what has the same "data-key", else at the
 * same "data-row" and "data-column".
 *
 * @param {HTMLElement} parent
 * @param {Node[]} children
 */
export function replaceKeepingFocus(parent, children) {
  const focused = parent.contains(document.activeElement) ? document.activeElement : null;
  parent.replaceChildren(...children);
  if (!focused) return;
  const { key, row, column } = focused.dataset;
  const candidates = [...parent.querySelectorAll("[data-key]")];
  const to =
    candidates.find((each) => each.dataset.key === key) ??
    candidates.find((each) => each.dataset.row === row && each.dataset.column === column) ??
    candidates.at(-1);
  to?.focus();
}

/** "1 place", "2 places". */
export function counted(number, one, many = `${one}s`) {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}
