// What is known of the served models, and the patience to wait for one that is away.

import { AnswerError, NewestOnly, SupersededError } from "./asking.js";

const WAIT_MS = 2000;

export class Models {
  #questions = new NewestOnly();
  #states = new Map();
  #timer = null;
  #told;

  /** @param {function(): void} told - Called whenever something is known anew. */
  constructor(told) {
    this.#told = told;
  }

  /** Asks how they are. @returns {Promise<string>} What is wrong, for people; empty where all can be asked. */
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
   * Looks again and again until all models can be asked.
   *
   * @param {function(): void} found - Called then, once.
   * @param {function(string): void} waiting - Told what is wrong, each time.
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
