// The open row, if there is one: asks about its item, and shows the answers.

import { NewestOnly, address } from "../server/asking.js";
import { Detail } from "./detail.js";
import { marks } from "./influence.js";

const NAMES = { recommendation: "Feed", search: "Search" };

export class OpenedRow {
  #models;
  #row = null; // { surface, item, detail }.
  #questions = { influence: new NewestOnly(), item: new NewestOnly(), similar: new NewestOnly() };

  /** The weights of the history's events by key; empty if no row is open. */
  weights = new Map();

  /** @param {import("../server/models.js").Models} models */
  constructor(models) {
    this.#models = models;
  }

  get surface() {
    return this.#row?.surface ?? null;
  }

  get item() {
    return this.#row?.item ?? null;
  }

  is(surface, item) {
    return this.surface === surface && this.item.item_id === item.item_id;
  }

  /** The element below the open row, for the list with that row; null for the other list. */
  on(surface) {
    return this.surface === surface ? { id: this.item.item_id, element: this.#row.detail.element } : null;
  }

  /**
   * Opens a row instead of the one that was open.
   *
   * @param {"recommendation"|"search"} surface
   * @param {object} item
   * @param {object} how
   * @param {function(): void} how.askSimilar - Asks for similar items.
   * @param {function(object): void} how.add - Adds a similar item to the history, as the newest event.
   */
  open(surface, item, { askSimilar, add }) {
    this.close();
    const isTold = this.#models.can(surface, "similar_items");
    this.#row = { surface, item, detail: new Detail(item, { askSimilar: isTold ? askSimilar : null, add }) };
  }

  close() {
    this.#row = null;
    this.weights = new Map();
    for (const line of Object.values(this.#questions)) line.giveUp();
  }

  /**
   * Asks for the weights of events and the item's details, and shows them.
   *
   * @param {import("../asked.js").Asked} asked
   * @param {Object<string, object>} answers - The lists that are shown, by surface.
   * @returns {Promise<string>} The weights in a sentence.
   */
  async explain(asked, answers) {
    const { surface, item, detail } = this.#row;
    const events = asked.kept;
    const question = asked.question(surface, { item: item.item_id });
    const details = await this.#questions.item.ask(address("api/item", { item: item.item_id }));
    detail.showFacts(details, placesOf(item, surface, answers));
    if (!this.#models.can(surface, "explain") && !this.#models.can(surface, "rank")) {
      const said = "The served model neither explains nor ranks single items, so nobody can say.";
      detail.sayOfInfluence(said);
      return said;
    }
    const influence = await this.#questions.influence.ask("api/influence", question);
    this.weights = marks(influence, events);
    return `${item.title}: score ${influence.score.toFixed(4)}. ${detail.showInfluence(influence, events)}`;
  }

  /** Asks for similar items, and shows them. */
  async showSimilar(asked) {
    const { surface, item, detail } = this.#row;
    const { items } = await this.#questions.similar.ask("api/similar", asked.question(surface, { item: item.item_id }));
    detail.showSimilar(items);
  }

  bringIntoSight() {
    this.#row?.detail.element.scrollIntoView({ block: "nearest" });
  }
}

/** An item's ranks and scores in both lists as names and texts, first in the list of its own row. */
function placesOf(item, own, answers) {
  const surfaces = [own, ...Object.keys(NAMES).filter((each) => each !== own)];
  return surfaces.filter((surface) => answers[surface]).map((surface) => {
    const { items } = answers[surface].answer;
    const rank = items.findIndex((each) => each.item_id === item.item_id);
    if (rank < 0) return [NAMES[surface], `not among the first ${items.length}`];
    const { score } = items[rank];
    const behind = surface === own && rank > 0 ? `, ${(items[0].score - score).toFixed(4)} behind the first` : "";
    return [NAMES[surface], `rank ${rank + 1}, score ${score.toFixed(4)}${behind}`];
  });
}
