// The state of the served models. Waits for a model that is away.

import { AnswerError, NewestOnly, SupersededError } from "./asking.js";

const WAIT_MS = 2000;

export class Models {
  #questions = new NewestOnly();
  #states = new Map();
  #timer = null;
  #told;

  /** @param {function(): void} told - Called whenever the state was read. */
  constructor(told) {
    this.#told = told;
  }

  /** Reads the state. @returns {Promise<string>} What is wrong, for people to read; empty if all models answer. */
  async look() {
    const { models } = await this.#questions.ask("api/models");
    this.#states = new Map(models.map((model) => [model.surface, model]));
    this.#told();
    return models.find((model) => model.problem)?.problem ?? "";
  }

  /** Whether the model of a surface has a signature. */
  can(surface, signature) {
    return this.#states.get(surface)?.signatures.includes(signature) ?? false;
  }

  /** The version that answers on a surface, or null. */
  version(surface) {
    return this.#states.get(surface)?.version ?? null;
  }

  /**
   * Reads the state again and again until all models answer.
   *
   * @param {function(): void} found - Called once, when they do.
   * @param {function(string): void} waiting - Called with what is wrong, each time.
   */
  waitFor(found, waiting) {
    this.stopWaiting();
    this.#timer = setTimeout(async () => {
      try {
        const problem = await this.look();
        if (!problem) return found();
        waiting(problem);
      } catch (error) {
        if (error instanceof SupersededError) return;
        if (!(error instanceof AnswerError)) throw error;
        waiting(error.message);
      }
      this.waitFor(found, waiting);
    }, WAIT_MS);
  }

  stopWaiting() {
    clearTimeout(this.#timer);
  }
}
