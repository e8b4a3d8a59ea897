// Tells why a question was not answered, and tries again when the server is back.

import { AnswerError, SupersededError } from "./asking.js";

export class Problem {
  #banner;
  #models;

  /**
   * @param {HTMLElement} banner - Contains a text and a button.
   * @param {import("./models.js").Models} models
   */
  constructor(banner, models) {
    [this.#banner, this.#models] = [banner, models];
  }

  /** Runs a function that asks the server. Shows its failure; ignores an answer that comes too late. */
  async attempt(action, again) {
    try {
      await action();
    } catch (error) {
      if (error instanceof SupersededError) return;
      if (!(error instanceof AnswerError)) throw error;
      await this.tell(error, again);
    }
  }

  /**
   * Shows what is wrong. If a server is away, `again` is called when it is back.
   *
   * @param {AnswerError} error
   * @param {function(): void} again - Repeats what failed.
   */
  async tell(error, again) {
    const goOn = () => {
      this.hide();
      again();
    };
    this.#say(error.message, goOn);
    if (error.kind === "refused") return;
    // A model that answers but fails would fail again.
    if (error.kind === "failed" && !(await this.#isSomebodyAway())) return;
    const waiting = (text) => this.#say(`${text} The page looks again every two seconds.`, goOn);
    waiting(error.message);
    this.#models.waitFor(goOn, waiting);
  }

  hide() {
    this.#models.stopWaiting();
    this.#banner.hidden = true;
  }

  #say(text, again) {
    // Screen readers read out only a new text.
    const place = this.#banner.querySelector("p");
    if (place.textContent !== text) place.textContent = text;
    this.#banner.hidden = false;
    this.#banner.querySelector("button").onclick = again;
  }

  async #isSomebodyAway() {
    try {
      return (await this.#models.look()) !== "";
    } catch {
      return true;
    }
  }
}
