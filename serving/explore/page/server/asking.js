// Asks the page's own server.

/** An answer that cannot be used. The message is for people to read. */
export class AnswerError extends Error {
  /**
   * @param {string} message
   * @param {"refused"|"failed"|"away"} kind - The question makes no sense; the model failed; no server is there.
   */
  constructor(message, kind) {
    super(message);
    this.kind = kind;
  }
}

/** The answer came too late: a newer question was asked since. */
export class SupersededError extends Error {}

/**
 * Asks questions of one kind, of which only the newest is answered. Asking again gives up the question before.
 */
export class NewestOnly {
  #controller = null;

  /**
   * Asks.
   *
   * @param {string} path - Such as "api/best".
   * @param {object|null} question - Sent as JSON by POST; null asks by GET.
   * @returns {Promise<object>}
   * @throws {SupersededError} A newer question was asked, or `giveUp` was called.
   * @throws {AnswerError} The server did not answer, or refused.
   */
  async ask(path, question = null) {
    this.giveUp();
    const controller = new AbortController();
    this.#controller = controller;
    try {
      return await fetched(path, question, controller.signal);
    } catch (error) {
      if (controller !== this.#controller) throw new SupersededError();
      throw error;
    } finally {
      // If the answer was complete when a newer question was asked, there was nothing to abort.
      if (controller !== this.#controller) throw new SupersededError();
    }
  }

  /** Gives up the question that was asked. */
  giveUp() {
    this.#controller?.abort();
    this.#controller = null;
  }
}

/** Makes an address such as "api/users?text=7". */
export function address(path, parameters) {
  return `${path}?${new URLSearchParams(parameters)}`;
}

async function fetched(path, question, signal) {
  const options = { signal };
  if (question) {
    options.method = "POST";
    options.headers = { "Content-Type": "application/json" };
    options.body = JSON.stringify(question);
  }
  let response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    if (signal.aborted) throw error;
    throw new AnswerError("The page's own server does not answer. Start it again with `tandem explore`.", "away");
  }
  const answer = await response.json().catch(() => null);
  if (response.ok) return answer;
  const kind = response.status < 500 ? "refused" : response.status === 503 ? "away" : "failed";
  throw new AnswerError(answer?.error ?? `The page's server answered ${response.status}.`, kind);
}
