"""Measures a page in a browser: whether it scrolls sideways, breaks words, or has too small or too pale parts."""

from typing import Any

from tests.support.browser import Browser

_BROKEN_WORDS = """
// A word is broken where the boxes of its letters lie in more than one line.
const broken = [];
const walker = document.createTreeWalker(document.querySelector(arguments[0]), NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const node = walker.currentNode;
  if (!node.parentElement.checkVisibility() || node.parentElement.closest('.unseen')) continue;
  for (const word of node.data.matchAll(/[\\p{L}\\p{N}]+/gu)) {
    const range = document.createRange();
    range.setStart(node, word.index);
    range.setEnd(node, word.index + word[0].length);
    const lines = new Set([...range.getClientRects()].filter((box) => box.width > 0).map((box) => Math.round(box.top)));
    if (lines.size > 1) broken.push(word[0]);
  }
}
return broken;
"""

_SMALL_TARGETS = """
const own = 'button, select, input:not([type=radio]), summary, [role=option], label:has(input)';
return [...document.querySelectorAll(own)].filter((each) => each.checkVisibility()).map((each) => {
  const { width, height } = each.getBoundingClientRect();
  return [each.id || each.className || each.innerText || each.tagName, Math.round(width), Math.round(height)];
}).filter(([, width, height]) => Math.min(width, height) < arguments[0]);
"""

_PALE_TEXTS = """
const canvas = document.createElement('canvas');
canvas.width = canvas.height = 1;
const pen = canvas.getContext('2d', { willReadFrequently: true });
// Lets the browser itself say which red, green, blue and opacity a colour of the styles is.
function parts(colour) {
  pen.clearRect(0, 0, 1, 1);
  pen.fillStyle = colour;
  pen.fillRect(0, 0, 1, 1);
  const [red, green, blue, alpha] = pen.getImageData(0, 0, 1, 1).data;
  return { rgb: [red, green, blue], alpha: alpha / 255 };
}
function over({ rgb, alpha }, below) {
  return rgb.map((value, place) => alpha * value + (1 - alpha) * below[place]);
}
function backgroundOf(element) {
  const above = [];
  for (let each = element; each; each = each.parentElement) {
    const colour = parts(getComputedStyle(each).backgroundColor);
    above.push(colour);
    if (colour.alpha === 1) break;
  }
  return above.reverse().reduce((below, colour) => over(colour, below), [255, 255, 255]);
}
function luminance(rgb) {
  const [red, green, blue] = rgb.map((value) => value / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
const pale = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const element = walker.currentNode.parentElement;
  if (!walker.currentNode.data.trim() || !element.checkVisibility() || element.closest('.unseen')) continue;
  const style = getComputedStyle(element);
  const below = backgroundOf(element);
  const colour = element.closest('svg') ? style.fill : style.color;
  const [one, other] = [luminance(over(parts(colour), below)), luminance(below)];
  const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  if (ratio < arguments[0]) pale.push([walker.currentNode.data.trim().slice(0, 40), Number(ratio.toFixed(2))]);
}
return pale;
"""

_OUTSIDE = """
const page = document.documentElement.clientWidth;
const isCut = (each) => { for (let at = each; at; at = at.parentElement)
  if (['auto', 'hidden', 'scroll'].includes(getComputedStyle(at).overflowX)) return true; return false; };
return [...document.querySelectorAll('body *')].filter((each) => each.checkVisibility() && !each.closest('.unseen')
  && !isCut(each)).filter((each) => { const box = each.getBoundingClientRect();
  return box.width > 0 && (box.right > page + 1 || box.left < -1); })
  .map((each) => each.className || each.id || each.tagName);
"""


def scrolls_sideways(browser: Browser) -> bool:
    """Returns whether the page is wider than its window."""
    return browser.run("const page = document.documentElement; return page.scrollWidth > page.clientWidth")


def parts_outside(browser: Browser) -> list[str]:
    """Returns the parts that reach out of the page, except those within a part that scrolls itself."""
    return browser.run(_OUTSIDE)


def broken_words(browser: Browser, selector: str = "body") -> list[str]:
    """Returns the words that are broken across lines."""
    return browser.run(_BROKEN_WORDS, selector)


def small_targets(browser: Browser, least: int) -> list[list[Any]]:
    """Returns the controls that are smaller than `least` pixels, with width and height."""
    return browser.run(_SMALL_TARGETS, least)


def pale_texts(browser: Browser, least: float) -> list[list[Any]]:
    """Returns the texts whose contrast with their background (WCAG 2) is below `least`, with their contrast."""
    return browser.run(_PALE_TEXTS, least)


def unnamed_controls(browser: Browser) -> list[str]:
    """Returns the roles of controls that have no name for a screen reader, as the browser computes names."""
    nodes = browser.devtools("Accessibility.getFullAXTree")["nodes"]
    roles = ("button", "combobox", "textbox", "link", "radio", "listbox", "region", "image", "table")
    return [
        node["role"]["value"]
        for node in nodes
        if not node.get("ignored") and node["role"]["value"] in roles and not node.get("name", {}).get("value")
    ]
