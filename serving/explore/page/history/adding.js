// The form that adds an event to the history.

import { Combobox } from "../parts/combobox.js";
import { counted } from "../parts/elements.js";
import { address } from "../server/asking.js";

export class AddingForm {
  #form;
  #query;
  #itemField;
  #item = null;
  #add;
  #say;

  /**
   * @param {HTMLFormElement} form
   * @param {object} how
   * @param {function(string, string, object[]): void} how.add - Takes surface, query and items of the new event.
   * @param {function(string): void} how.say - Shows what is missing.
   * @param {function(Error): void} how.failed - Called if items cannot be suggested.
   */
  constructor(form, { add, say, failed }) {
    [this.#form, this.#add, this.#say] = [form, add, say];
    this.#query = form.querySelector("#added-query");
    this.#itemField = form.querySelector("#added-item");
    new Combobox(this.#itemField, form.querySelector("#added-items"), {
      find: async (asking, text) => {
        const { items } = await asking.ask(address("api/items", { text }));
        return items.map((item) => ({ value: item.item_id, label: item.title, note: counted(item.events, "event") }));
      },
      choose: (chosen) => this.#choose(chosen),
      failed,
    });
    form.addEventListener("change", () => {
      form.querySelector("#added-query-field").hidden = !this.#isSearch;
    });
    form.addEventListener("submit", (submitted) => {
      submitted.preventDefault();
      this.#submit();
    });
  }

  get #isSearch() {
    return this.#form.elements.surface.value === "search";
  }

  #choose(chosen) {
    if (typeof chosen === "string") {
      this.#form.requestSubmit();
      return;
    }
    this.#item = { item_id: chosen.value, title: chosen.label };
    this.#itemField.value = chosen.label;
  }

  #submit() {
    const typed = this.#itemField.value.trim();
    const item = this.#item?.title === typed ? this.#item : null;
    const query = this.#isSearch ? this.#query.value.trim() : "";
    if (this.#isSearch && !query) return this.#lacks(this.#query, "Type the query of the search.");
    // A search may have no click.
    if (!item && (typed || !this.#isSearch)) return this.#lacks(this.#itemField, "Choose an item from the list.");
    this.#add(this.#isSearch ? "search" : "recommendation", query, item ? [item] : []);
    this.#item = null;
    this.#itemField.value = this.#query.value = "";
  }

  #lacks(field, text) {
    this.#say(text);
    field.setCustomValidity(text);
    field.reportValidity();
    field.addEventListener("input", () => field.setCustomValidity(""), { once: true });
  }
}
