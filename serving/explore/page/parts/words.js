// Marks the words that a title shares with a query, and says which words of a query are unknown.

import { counted, element } from "./elements.js";

/**
 * A title in parts: text, and an element around each word that is also in the query.
 *
 * @param {[string, boolean][]} parts - The title's parts, each with whether it is a word of the query.
 */
export function marked(parts) {
  return parts.map(([text, isShared]) => (isShared ? element("mark", {}, text) : text));
}

/**
 * Says which words of a query are unknown.
 *
 * @param {{word: string, titles: number, queries: number, is_told_apart: boolean}[]} words - The query's words.
 * @returns {{text: string, isGrave: boolean}} The text is empty if all words are known; it is grave if none is.
 */
export function unknownWords(words) {
  const unknown = words.filter((each) => !each.is_told_apart);
  if (unknown.length === 0) return { text: "", isGrave: false };
  const named = unknown.map((each) => `“${each.word}”${inLog(each)}`).join(" and ");
  const isGrave = unknown.length === words.length;
  const start = `The model does not know ${named}`;
  if (isGrave) return { text: `${start}. Any unknown word gets this same list: it says nothing of what was typed.`, isGrave };
  return { text: `${start}. The other words make the list.`, isGrave };
}

function inLog({ titles, queries }) {
  if (titles + queries === 0) return ", which is in no title and no query of the log";
  const places = [titles && counted(titles, "title"), queries && counted(queries, "query", "queries")].filter(Boolean);
  return `, though ${places.join(" and ")} of the log ${titles + queries === 1 ? "has" : "have"} it`;
}
