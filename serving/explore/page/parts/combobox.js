// A text field with suggestions: type, choose with the arrow keys and Enter, or with the pointer.

import { NewestOnly, AnswerError, SupersededError } from "../server/asking.js";
import { element } from "./elements.js";

const WAIT_MS = 120;

export class Combobox {
  #input;
  #list;
  #find;
  #choose;
  #failed;
  #options = [];
  #active = -1;
  #questions = new NewestOnly();
  #timer = null;

  /**
   * @param {HTMLInputElement} input - With role "combobox".
   * @param {HTMLUListElement} list - With role "listbox"; `input` controls it.
   * @param {object} how
   * @param {function(NewestOnly, string): Promise<{value: string, label: string, note: string}[]>} how.find - Suggests
   *     for a text.
   * @param {function({value: string, label: string}|string): void} how.choose - Takes the chosen suggestion, or
   *     the typed text if Enter is pressed without one.
   * @param {function(AnswerError): void} how.failed - Called if nothing can be suggested.
   */
  constructor(input, list, { find, choose, failed }) {
    [this.#input, this.#list, this.#find, this.#choose, this.#failed] = [input, list, find, choose, failed];
    input.addEventListener("input", () => this.#suggestSoon());
    input.addEventListener("click", () => this.#suggest());
    input.addEventListener("keydown", (event) => this.#key(event));
    input.addEventListener("blur", () => this.close());
    // The field keeps the focus while an option is clicked.
    list.addEventListener("pointerdown", (event) => event.preventDefault());
  }

  close() {
    clearTimeout(this.#timer);
    this.#questions.giveUp();
    this.#show([]);
  }

  #suggestSoon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#suggest(), WAIT_MS);
  }

  async #suggest() {
    try {
      this.#show(await this.#find(this.#questions, this.#input.value.trim()));
    } catch (error) {
      if (error instanceof SupersededError) return;
      if (!(error instanceof AnswerError)) throw error;
      this.#show([]);
      this.#failed(error);
    }
  }

  #show(options) {
    this.#options = options;
    this.#list.replaceChildren(
      ...options.map((option, place) =>
        element(
          "li",
          { role: "option", id: `${this.#list.id}-${place}`, onclick: () => this.#take(option) },
          element("span", { dir: "auto" }, option.label),
          element("span", { class: "note" }, option.note),
        ),
      ),
    );
    this.#list.hidden = options.length === 0;
    this.#input.setAttribute("aria-expanded", String(options.length > 0));
    this.#move(-1);
  }

  #move(place) {
    this.#active = place;
    const options = [...this.#list.children];
    options.forEach((option, index) => option.setAttribute("aria-selected", String(index === place)));
    if (place < 0) {
      this.#input.removeAttribute("aria-activedescendant");
    } else {
      this.#input.setAttribute("aria-activedescendant", options[place].id);
      options[place].scrollIntoView({ block: "nearest" });
    }
  }

  #key(event) {
    const count = this.#options.length;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (count === 0) this.#suggest();
      else this.#move((this.#active + (event.key === "ArrowDown" ? 1 : this.#active < 0 ? 0 : -1) + count) % count);
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.#take(this.#active >= 0 ? this.#options[this.#active] : this.#input.value.trim());
    } else if (event.key === "Escape" && count > 0) {
      event.preventDefault();
      this.close();
    }
  }

  #take(chosen) {
    this.close();
    if (chosen !== "") this.#choose(chosen);
  }
}
