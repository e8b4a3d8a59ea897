// Makes elements. Strings from logs and people enter the page as text, never as markup.

const SVG = "http://www.w3.org/2000/svg";

/**
 * Makes an element.
 *
 * @param {string} tag - Such as "button".
 * @param {Object<string, string|boolean|Function>} properties - "class", "data-...", "aria-..." and other attributes;
 *     true sets an attribute, false leaves it out; "onclick" and the like take functions.
 * @param {...(Node|string|null)} children - Strings become text.
 * @returns {HTMLElement}
 */
export function element(tag, properties = {}, ...children) {
  return filled(document.createElement(tag), properties, children);
}

/** Makes an SVG element. Otherwise the same as `element`. */
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

/** Text for people with a screen reader. */
export function unseen(text) {
  return element("span", { class: "unseen" }, text);
}

/** Text of a log, whose direction is its own, whatever the direction of the text around it. */
export function foreign(text) {
  return element("bdi", {}, text);
}

/**
 * Replaces the children of an element and keeps the focus: on the child with the same "data-key", or else with the same
 * "data-row" and "data-column".
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
