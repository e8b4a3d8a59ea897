// The question that the page shows: who asks, for what, and with which history.

/**
 * An event of a history.
 *
 * @typedef {object} HistoryEvent
 * @property {number} key - Different for each event.
 * @property {"recommendation"|"search"} surface
 * @property {string} query
 * @property {{item_id: string, title: string}[]} items
 * @property {number|null} time - Milliseconds since 1970; null for an event that was added on the page.
 * @property {boolean} isKept - Whether the model gets the event.
 */

export class Asked {
  /** Null until a user is chosen; empty for a new user. */
  user = null;
  query = "";
  /** Names from broad to narrow. Empty asks for all items. */
  category = [];
  heldOut = 0;
  isKnown = true;
  untold = 0;
  /** @type {HistoryEvent[]} */
  events = [];
  /** What the user did next, which the model does not get. @type {HistoryEvent[]} */
  next = [];
  #log = [];
  #nextKey = 0;

  /** Reads the question from the page's address. Returns false if that names no user. */
  read(hash) {
    const told = new URLSearchParams(hash.replace(/^#/, ""));
    this.user = told.get("user");
    this.query = told.get("query") ?? "";
    this.category = told.getAll("category");
    this.heldOut = Math.min(5, Math.max(0, Number.parseInt(told.get("held_out") ?? "0", 10) || 0));
    return this.user !== null;
  }

  /** The question as a part of the page's address, which can be sent to others. */
  get hash() {
    const told = new URLSearchParams();
    if (this.user !== null) told.set("user", this.user);
    if (this.query) told.set("query", this.query);
    for (const name of this.category) told.append("category", name);
    if (this.heldOut) told.set("held_out", String(this.heldOut));
    return `#${told}`;
  }

  /** Takes over a history of the log. */
  take({ is_known, untold, history, next }) {
    const events = (told) => told.map((event) => ({ ...event, key: this.#nextKey++, isKept: true }));
    [this.isKnown, this.untold] = [is_known, untold];
    [this.events, this.next] = [events(history), events(next)];
    this.#log = this.events;
  }

  /** The events that the model gets. */
  get kept() {
    return this.events.filter((event) => event.isKept);
  }

  get isChanged() {
    return this.events.length !== this.#log.length || this.events.some((event) => !event.isKept);
  }

  /** Leaves an event out, or takes it back in. Removes an event that was added on the page. */
  toggle(event) {
    if (event.time === null) this.events = this.events.filter((each) => each !== event);
    else this.events = this.events.map((each) => (each === event ? { ...each, isKept: !each.isKept } : each));
  }

  add(surface, query, items) {
    this.events = [...this.events, { key: this.#nextKey++, surface, query, items, time: null, isKept: true }];
  }

  reset() {
    this.events = this.#log;
  }

  queryOn(surface) {
    return surface === "search" ? this.query : "";
  }

  /** The question to the server about one of the surfaces. */
  question(surface, further = {}) {
    const history = this.kept.map(({ surface: on, query, items }) => (
      { surface: on, query, items: items.map((item) => item.item_id) }
    ));
    return { user: this.user, surface, query: this.queryOn(surface), history, ...further };
  }
}
