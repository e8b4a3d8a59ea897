// What the page does: it asks for lists, opens rows, and changes the history that is sent.

import { Asked } from "./asked.js";
import { HistoryLine } from "./history/line.js";
import { picture } from "./history/picture.js";
import { countMoved, movements } from "./lists/movement.js";
import { OpenedRow } from "./lists/opened.js";
import { RankedList } from "./lists/ranking.js";
import { counted } from "./parts/elements.js";
import { unknownWords } from "./parts/words.js";
import { NewestOnly, address } from "./server/asking.js";

const ASKED_FOR = 100;
const SECTIONS = { recommendation: "recommendation", search: "search-results" };
const NAMES = { recommendation: "Feed", search: "Search" };
const SURFACES = Object.keys(SECTIONS);
const KINDS_OF_QUESTION = [...SURFACES, "history", "words", "sessions"];
const $ = (id) => document.getElementById(id);

export class Explorer {
  asked = new Asked();
  #models;
  #problem;
  #served = new Set();
  #absent = {}; // By surface: why there is nothing to show.
  #answers = {}; // By surface: { about, answer, moves }.
  #opened;
  #questions = Object.fromEntries(KINDS_OF_QUESTION.map((kind) => [kind, new NewestOnly()]));
  #line;
  #lists;

  /**
   * @param {import("./server/models.js").Models} models
   * @param {import("./server/problem.js").Problem} problem
   */
  constructor(models, problem) {
    [this.#models, this.#problem, this.#opened] = [models, problem, new OpenedRow(models)];
    this.#line = new HistoryLine($("history"), {
      toggle: (event) => this.#change(() => this.asked.toggle(event)),
      search: (query) => this.search(query),
    });
    this.#lists = Object.fromEntries(SURFACES.map((surface) => [
      surface,
      new RankedList($(SECTIONS[surface]), {
        open: (item) => this.#toggleOpen(surface, item),
        add: (item) => this.add(surface, this.asked.queryOn(surface), [item]),
      }),
    ]));
    $("picture").addEventListener("toggle", () => this.#showPicture());
  }

  /** Sets which surfaces are served. */
  set served(surfaces) {
    this.#served = new Set(surfaces);
  }

  /** Sets why a surface that the log lacks is not served. */
  set absent(reasons) {
    this.#absent = reasons;
  }

  /** Says a sentence to people with a screen reader. */
  say(text) {
    $("said").textContent = text;
  }

  /** Shows a user of the log, or a new user if the name is empty. */
  async chooseUser(user) {
    this.asked.user = user;
    $("user").value = user;
    $("user").placeholder = user === "" ? "Somebody new" : "Pick or type a user";
    this.#rememberInAddress();
    await this.#problem.attempt(async () => {
      const path = address("api/history", { user, held_out: this.asked.heldOut });
      this.asked.take(await this.#questions.history.ask(path));
      this.#answers = {};
      this.#opened.close();
      this.#showHistory();
      this.#line.bringNowIntoSight();
      await this.refresh();
    }, () => this.chooseUser(user));
  }

  /** Holds out this many of the newest events. */
  async holdOut(count) {
    this.asked.heldOut = count;
    $("held-out").value = String(count);
    if (this.asked.user !== null) await this.chooseUser(this.asked.user);
  }

  /** Searches for a query, as the user. */
  async search(query) {
    this.asked.query = query.trim();
    $("query").value = this.asked.query;
    this.#rememberInAddress();
    if (this.#opened.surface === "search") this.#opened.close();
    this.#problem.hide();
    this.#orderLists();
    const words = this.#refreshWords();
    await this.#refreshList("search");
    // On a phone, the search results are below the history.
    const isInSight = $("lists").getBoundingClientRect().top < innerHeight / 2;
    if (this.asked.query && !isInSight) $("lists").scrollIntoView();
    await words;
  }

  /** Asks only for items of a category; without names, for all items. */
  async filter(category) {
    this.asked.category = category;
    $("category").value = category.join(" › ");
    this.#rememberInAddress();
    this.#answers = {};
    await this.refresh();
  }

  /** Adds an event to the history as the newest. */
  add(surface, query, items) {
    const kept = items.map(({ item_id, title }) => ({ item_id, title }));
    this.#change(() => this.asked.add(surface, query, kept));
    this.#line.bringNowIntoSight();
  }

  /** Restores the history of the log. */
  reset() {
    this.#change(() => this.asked.reset());
  }

  /** Asks again for everything that is shown. */
  async refresh() {
    if (this.asked.user === null) return;
    this.#problem.hide();
    this.#orderLists();
    this.#showPicture();
    await Promise.all([...SURFACES.map((surface) => this.#refreshList(surface)), this.#refreshWords()]);
  }

  /** Says in each list why it is empty, before a user is chosen. */
  showNobody() {
    this.#lists.recommendation.say("Pick a user to see their feed.");
    this.#lists.search.say("Pick a user and type a query to see their search results.");
    this.#sayUnserved();
    this.#showHistory();
  }

  #change(how) {
    how();
    this.#showHistory();
    this.refresh();
  }

  #showHistory() {
    const { events, next, kept, untold, isKnown, user } = this.asked;
    this.#line.show(events, next, this.#opened.weights);
    const parts = [];
    if (user === "" && events.length === 0) parts.push("empty: press + in a list, or add an event");
    else if (user !== null && events.length === 0) parts.push(isKnown ? "empty" : "empty: the log does not know this user");
    if (events.length > 0) {
      parts.push(counted(kept.filter((event) => event.surface === "recommendation").length, "feed event"));
      parts.push(counted(kept.filter((event) => event.surface === "search").length, "search event"));
      if (kept.length < events.length) parts.push(`${events.length - kept.length} left out`);
      if (untold > 0) parts.push(`${untold.toLocaleString("en")} older that the model does not see`);
    }
    $("history-note").textContent = parts.join(" · ");
    $("reset").hidden = !this.asked.isChanged;
    // A user whom the log does not know has no events to hold out.
    $("held-out").parentElement.hidden = !isKnown;
  }

  /** Puts the search results first; without a query, the feed. */
  #orderLists() {
    const [feed, search] = [this.#lists.recommendation.section, this.#lists.search.section];
    const [first, second] = this.asked.query && this.#served.has("search") ? [search, feed] : [feed, search];
    if (first.nextElementSibling !== second) $("lists").append(first, second);
  }

  #sayUnserved() {
    for (const surface of SURFACES) {
      const where = surface === "search" ? "searches" : "the feed";
      if (this.#served.has(surface)) continue;
      this.#lists[surface].say(this.#absent[surface] ?? `No model of this configuration answers ${where}.`);
    }
  }

  async #refreshList(surface) {
    const list = this.#lists[surface];
    if (!this.#served.has(surface)) return this.#sayUnserved();
    if (this.asked.user === null) return;
    if (surface === "search" && this.asked.query === "") {
      this.#questions[surface].giveUp();
      delete this.#answers[surface];
      return list.say("Type a query to see search results.");
    }
    const about = JSON.stringify([this.asked.user, this.asked.queryOn(surface), this.asked.category, this.asked.heldOut]);
    list.wait();
    await this.#problem.attempt(async () => {
      const next = this.asked.next.flatMap((event) => event.items.map((item) => item.item_id));
      const further = { k: ASKED_FOR, category: this.asked.category, next };
      const answer = await this.#questions[surface].ask("api/best", this.asked.question(surface, further)).catch((error) => {
        if (error.kind !== "refused") throw error;
        return { refusal: error.message };
      });
      if (answer.refusal) {
        delete this.#answers[surface];
        return list.say(`Nothing to show: ${answer.refusal}.`);
      }
      const before = this.#answers[surface];
      const ids = answer.items.map((item) => item.item_id);
      const isComparable = before !== undefined && before.about === about;
      const moves = movements(isComparable ? before.answer.items.map((item) => item.item_id) : null, ids);
      this.#answers[surface] = { about, answer, moves };
      if (answer.version !== this.#models.version(surface)) this.#models.look().catch(() => {});
      this.#showList(surface);
      this.#sayMoved(surface, moves, ids);
      if (this.#opened.surface !== surface) return;
      if (ids.includes(this.#opened.item.item_id)) await this.#explain();
      else this.#toggleOpen(surface, this.#opened.item);
    }, () => this.refresh());
    list.rest();
  }

  /** Says which words of the query the model does not know. */
  async #refreshWords() {
    const place = $("words");
    if (!this.asked.query || !this.#served.has("search")) {
      this.#questions.words.giveUp();
      place.hidden = true;
      return;
    }
    await this.#problem.attempt(async () => {
      const { words } = await this.#questions.words.ask("api/words", { ...this.asked.question("search"), history: [] });
      const { text, isGrave } = unknownWords(words);
      place.textContent = text;
      place.classList.toggle("grave", isGrave);
      place.hidden = text === "";
    }, () => this.#refreshWords());
  }

  #showList(surface) {
    const shown = this.#answers[surface];
    if (!shown) return;
    this.#lists[surface].show(shown.answer, {
      surface, query: this.asked.queryOn(surface), moves: shown.moves, next: this.asked.next,
      detail: this.#opened.on(surface),
    });
  }

  #sayMoved(surface, moves, ids) {
    const first = this.#answers[surface].answer.items[0]?.title ?? "nothing";
    const moved = countMoved(moves, ids, this.#lists[surface].shown);
    const what = moves.size === 0 ? counted(ids.length, "item") : `${counted(moved, "item")} moved`;
    this.say(`${NAMES[surface]}: ${what}, first is ${first}.`);
  }

  /** Opens a row, or closes it. */
  #toggleOpen(surface, item) {
    if (this.#opened.is(surface, item)) this.#opened.close();
    else {
      const add = (similar) => this.add("recommendation", "", [similar]);
      this.#opened.open(surface, item, { askSimilar: () => this.#showSimilar(), add });
    }
    this.#showHistory();
    SURFACES.forEach((each) => this.#showList(each));
    if (this.#opened.item) this.#explain();
  }

  async #explain() {
    await this.#problem.attempt(async () => {
      this.say(await this.#opened.explain(this.asked, this.#answers));
      this.#showHistory();
      this.#showPicture();
      this.#opened.bringIntoSight();
    }, () => this.#opened.item && this.#explain());
  }

  async #showSimilar() {
    const again = () => this.#opened.item && this.#showSimilar();
    await this.#problem.attempt(() => this.#opened.showSimilar(this.asked), again);
  }

  /** Draws the history with its sessions, if the picture is open. */
  async #showPicture() {
    if (!$("picture").open || this.asked.user === null) return;
    await this.#problem.attempt(async () => {
      const divided = {};
      for (const surface of this.#served) {
        const question = this.asked.question(surface);
        divided[surface] = (await this.#questions.sessions.ask("api/sessions", question)).divided;
      }
      $("picture-parts").replaceChildren(...picture(this.asked.kept, divided, this.#opened.weights));
    }, () => this.#showPicture());
  }

  #rememberInAddress() {
    window.history.replaceState(null, "", this.asked.hash);
  }
}
