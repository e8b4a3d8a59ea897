// What is told when a question is not answered, and how the page goes on by itself.

import { AnswerError, SupersededError } from "./asking.js";

export class Problem {
  #banner;
  #models;

  /**
   * @param {HTMLElement} banner - Has a text and a button.
   * @param {import("./models.js").Models} models
   */
  constructor(banner, models) {
    [this.#banner, this.#models] = [banner, models];
  }

  /** Runs what asks the server; what fails is told, what comes too late is dropped. */
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
   * Shows what is wrong. Where somebody is away who may come back, `again` is called when they do.
   *
   * @param {AnswerError} error
   * @param {function(): void} again - Does once more what failed.
   */
  async tell(error, again) {
    const goOn = () => {
      this.hide();
      again();
    };
    this.#say(error.message, goOn);
    if (error.kind === "refused") return;
    // A model that is there and fails all the same would fail again.
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
    // Only what is new is read out.
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
