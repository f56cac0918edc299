// One reading: verdict, marked text, choices, quotations, and what to keep of it.

import { ApiError } from "./api.js";
import { countBelow } from "./codepoints.js";
import { announce, byId, el, fill, reveal, takesText } from "./dom.js";
import { closeMenu, copied, flashLabel, save, saveText } from "./keep.js";
import { showFacts, showQuotations, showStrip, showSwaps, showUnknown, tabbed } from "./panel.js";
import { shareOf } from "./passages.js";
import { Popover } from "./popover.js";
import { nextPlace, passes } from "./swaps.js";
import { Text } from "./text.js";
import { count, figure, groundsInWords, partlyInWords, percent, plural, remarks, spinnerInWords, verdictInWords } from "./wording.js";

const GROWS_EVERY = 400; // milliseconds between two looks of a reading that streams in,
const REST = 5; // or so many times as long as the last look took to make
const FLASH = 1600; // milliseconds for which a place that was looked for is lit

export class ReadingView {
  #text = new Text(byId("text"));
  #popover = new Popover(this);
  #at = -1; // the mark that the keyboard is on
  #filter = "all"; // which marks count, by how sure they are
  #sort = { key: "order", descending: false }; // of the list of swaps
  #shownAt = 0;
  #took = 0;

  constructor({ settings }) {
    this.settings = settings;
    this.document = null;
    this.#listenToText();
    this.#listenToBar();
    this.#listenToPanel();
    document.addEventListener("keydown", (event) => this.#key(event));
  }

  get #growing() {
    return this.document.state === "reading";
  }

  /** Whether all of the text was read; only then do figures and lists say what is true of it. */
  get #done() {
    return this.document.state === "done";
  }

  get shortcuts() {
    return this.settings.shortcuts;
  }

  mark(place) {
    return byId(`mark-${place}`);
  }

  // --- showing

  /** Show a document from the beginning. */
  open(document) {
    this.#popover.hide();
    this.document = document;
    this.#at = -1;
    this.#text.clear();
    this.say(null);
    this.#show();
  }

  /** The document shown has something new. */
  update() {
    this.#showProgress();
    if (this.#growing && performance.now() - this.#shownAt < Math.max(GROWS_EVERY, REST * this.#took)) return;
    const at = this.document.choices && this.#popover.place !== null ? this.#popover.place : null;
    if (at !== null) this.#popover.hide();
    this.#show();
  }

  #show() {
    const { choices } = this.document;
    const begun = performance.now();
    this.#text.show(choices);
    this.#showVerdict();
    this.#showProgress();
    this.#showQuotations();
    this.#showFacts();
    this.#showSwaps();
    this.#rove(this.#at >= 0 && this.#at < this.#text.marks.length ? this.#at : 0, false);
    this.#shownAt = performance.now();
    this.#took = this.#shownAt - begun;
  }

  #showVerdict() {
    const { choices, name, format } = this.document;
    const { reading } = choices;
    const counts = choices.counts();
    const [growing, done] = [this.#growing, this.#done];
    byId("document-name").textContent = [name, format !== "text" && format?.toUpperCase()].filter(Boolean).join(" · ");
    byId("verdict").textContent = verdictInWords(reading);
    byId("reading").dataset.verdict = reading.verdict;
    byId("grounds").textContent = groundsInWords(reading);
    const { parts } = this.#text;
    const partly = partlyInWords(parts.length, shareOf(parts, reading.text.length));
    fill(byId("remarks"), [...(partly ? [partly] : []), ...remarks(reading)].map((remark) => el("li", {}, remark)));
    byId("legend-part").hidden = parts.length === 0;
    const unjudged = reading.verdict === "unjudged";
    const entry = (term, value, unit) => el("div", {}, el("dt", {}, term), el("dd", {}, value, unit && el("small", {}, ` ${unit}`)));
    fill(
      byId("figures"),
      !unjudged && entry("Words that look swapped", growing ? "…" : count(counts.swapped), `${growing || done ? "" : "so far, "}of ${count(counts.words)}`),
      !unjudged && done && entry("Share", percent(counts.share)),
      !unjudged && entry("Score", figure(reading.score)),
      done && reading.verdict === "spun" && entry("Spinner", spinnerInWords(reading.spinner)),
      counts.chosen > 0 && entry("Your choices", count(counts.chosen)),
    );
    showStrip(byId("strip"), choices, this.#text.marks, reading.text.length, parts);
    byId("undo").disabled = !choices.canUndo;
    byId("redo").disabled = !choices.canRedo;
  }

  #showProgress() {
    const { state, done, error } = this.document;
    const growing = this.#growing;
    byId("reading").toggleAttribute("data-growing", growing);
    byId("growing").hidden = !growing;
    byId("growing-bar").value = done;
    byId("growing-words").textContent = `Reading … ${percent(done)}`;
    for (const button of document.querySelectorAll("#bar [data-finished]")) button.disabled = growing;
    byId("text").setAttribute("aria-busy", String(growing));
    if (state === "failed") this.say(error);
  }

  /** Which quotations were altered, and which names and figures were not, is known when all swapped words are. */
  #showQuotations() {
    const panel = byId("panel-quotations");
    const quotations = this.#done ? showQuotations(panel, this.document.choices, this.#text) : showUnknown(panel, this.#growing);
    byId("count-quotations").textContent = this.#done ? count(quotations) : "…";
  }

  #showFacts() {
    const panel = byId("panel-facts");
    const facts = this.#done ? showFacts(panel, this.#text) : showUnknown(panel, this.#growing);
    byId("count-facts").textContent = this.#done ? count(facts) : "…";
  }

  /** The list of swaps is there while the text is still read: it grows. */
  #showSwaps() {
    const { choices } = this.document;
    const swaps = showSwaps(byId("panel-swaps"), choices, this.#filter, this.#sort);
    byId("count-swaps").textContent = this.#growing ? "…" : count(swaps);
  }

  /** One line about what went wrong here, or null for none. */
  say(error) {
    const line = byId("reading-error");
    line.hidden = error === null;
    line.textContent = error === null ? "" : error.name === "AbortError" ? "Stopped. What was read so far is below." : error.message;
  }

  leave() {
    this.#popover.hide();
  }

  // --- choices

  /** Choose a word, or LEFT, at places. Returns the places that changed. */
  choose(places, word) {
    return this.#changed(this.document.choices.choose(places, word));
  }

  #changed(places) {
    if (places.length === 0) return places;
    this.document.unsaved = true;
    this.#text.redress(places);
    this.#showVerdict();
    const { substitutions } = this.document.choices.reading;
    if (places.some((place) => substitutions[place].quoted)) this.#showQuotations();
    this.#showSwaps();
    return places;
  }

  #step(kind) {
    const places = this.#changed(this.document.choices[kind]());
    if (places.length === 0) return;
    announce(kind === "undo" ? "Undone" : "Done again");
    this.#go(places[0]);
  }

  // --- marks and keys

  /** Make a mark the one that Tab reaches. */
  #rove(place, focus) {
    this.mark(this.#at)?.setAttribute("tabindex", "-1");
    this.#at = place;
    this.mark(place)?.setAttribute("tabindex", "0");
    this.#tellPlace();
    if (focus) this.mark(place)?.focus({ preventScroll: true });
  }

  #tellPlace() {
    const through = this.#through();
    const all = through.length;
    const at = count(Math.max(1, countBelow(through, this.#at + 1)));
    const known = this.#growing ? "…" : count(all);
    fill(byId("place"), all === 0 ? (this.#growing ? "…" : "no marks") : [at, el("span", { class: "of" }, " of "), known]);
    byId("next").disabled = byId("previous").disabled = all === 0;
  }

  /** The places that the filter lets through. */
  #through() {
    const { substitutions } = this.document.choices.reading;
    return substitutions.flatMap((substitution, place) => (passes(this.#filter, substitution) ? [place] : []));
  }

  /** Go to the next place in a direction that a filter lets through; where there is none, stay. */
  #goOn(from, by, filter = this.#filter) {
    const place = nextPlace(this.document.choices.reading.substitutions, from, by, filter);
    if (place >= 0) this.#go(place);
    else if (filter === "guess" && this.#filter !== "guess") announce("No further guess");
    else this.mark(this.#at)?.focus();
  }

  #go(place) {
    const all = this.#text.marks.length;
    if (all === 0) return;
    const target = Math.min(Math.max(place, 0), all - 1);
    const mark = this.mark(target);
    mark.scrollIntoView({ block: "nearest" }); // lays the block out, where the browser had left it out
    reveal(mark);
    const there = document.activeElement === mark; // then no focus comes that would open the popover
    this.#rove(target, true);
    if (there) this.#popover.show(target, { pinned: true });
  }

  #move(by) {
    const on = this.document.choices && document.activeElement?.closest?.(".mark, #popover");
    this.#goOn((on ? this.#at + by : this.#fromView(by)) - by, by);
  }

  /** On to the next word that is a guess, whatever the filter lets through. */
  #nextGuess() {
    const on = this.document.choices && document.activeElement?.closest?.(".mark, #popover");
    this.#goOn(on ? this.#at : this.#fromView(1) - 1, 1, "guess");
  }

  /** Where to begin when the keyboard is on no mark: the first one in sight, or the one before it. */
  #fromView(by) {
    const top = byId("bar").getBoundingClientRect().bottom;
    const row = [...byId("text").children].find((each) => each.getBoundingClientRect().bottom > top + 8);
    const first = row?.querySelector(".mark[id^=mark]") ?? null;
    if (this.#at > 0 || first === null) return this.#at + (this.#at > 0 ? by : 0);
    return Number(first.dataset.place);
  }

  #key(event) {
    if (byId("reading").hidden || takesText(event.target)) return;
    const command = event.ctrlKey || event.metaKey;
    if (command && event.key.toLowerCase() === "z") this.#step(event.shiftKey ? "redo" : "undo");
    else if (command && event.key.toLowerCase() === "y") this.#step("redo");
    else if (event.key === "Escape" && this.#popover.place !== null) this.#popover.hide({ refocus: this.#popover.has(document.activeElement) });
    else if (command || event.altKey || !this.shortcuts) return;
    else if (event.key === "n") this.#move(1);
    else if (event.key === "p") this.#move(-1);
    else if (event.key === "g") this.#nextGuess();
    else if (event.key === "u") this.#step("undo");
    else if (/^[0-9]$/.test(event.key) && this.#popover.place !== null) this.#popover.pick(event.key);
    else return;
    event.preventDefault();
  }

  #listenToText() {
    const placeOf = (event) => {
      const mark = event.target.closest?.(".mark");
      return mark ? [Number(mark.dataset.place), mark] : [null, null];
    };
    for (const area of [byId("text"), byId("panel-quotations")]) {
      area.addEventListener("pointerover", (event) => {
        const [place, mark] = placeOf(event);
        if (place !== null && event.pointerType === "mouse") this.#popover.hover(place, mark);
      });
      area.addEventListener("pointerout", (event) => {
        if (placeOf(event)[0] !== null) this.#popover.leave();
      });
      area.addEventListener("click", (event) => {
        const [place, mark] = placeOf(event);
        if (place === null || !getSelection().isCollapsed) return;
        this.#rove(place, area.id === "text");
        this.#popover.show(place, { pinned: true, anchor: mark });
      });
    }
    const text = byId("text");
    text.addEventListener("focusin", (event) => {
      const [place, mark] = placeOf(event);
      if (place === null) return;
      this.#rove(place, false);
      this.#popover.show(place, { pinned: true, anchor: mark });
    });
    text.addEventListener("focusout", (event) => {
      if (!this.#popover.has(event.relatedTarget) && event.relatedTarget !== null) this.#popover.hide();
    });
    text.addEventListener("keydown", (event) => {
      const [place] = placeOf(event);
      if (place === null || event.ctrlKey || event.metaKey || event.altKey) return;
      const moves = { ArrowRight: 1, ArrowLeft: -1 };
      if (event.key === "Home") this.#goOn(-1, 1);
      else if (event.key === "End") this.#goOn(this.#text.marks.length, -1);
      else if (event.key in moves) this.#goOn(place, moves[event.key]);
      else if (event.key === "Enter" || event.key === " " || event.key === "ArrowDown") {
        if (this.#popover.place === null) this.#popover.show(place, { pinned: true });
        this.#popover.enter();
      } else return;
      event.preventDefault();
    });
  }

  #listenToBar() {
    byId("next").addEventListener("click", () => this.#move(1));
    byId("previous").addEventListener("click", () => this.#move(-1));
    byId("undo").addEventListener("click", () => this.#step("undo"));
    byId("redo").addEventListener("click", () => this.#step("redo"));
    byId("filter").addEventListener("change", (event) => this.#filterBy(event.target.value));
    byId("views").addEventListener("change", (event) => this.#look(event.target.value));
    byId("copy").addEventListener("click", () => this.#copy());
    byId("save").addEventListener("click", (event) => {
      const format = event.target.closest("[data-format]")?.dataset.format;
      if (format) this.#save(format);
    });
    byId("strip").addEventListener("click", (event) => {
      const { left, width } = byId("strip").getBoundingClientRect();
      const unit = ((event.clientX - left) / width) * this.document.reading.text.length;
      const place = this.#text.marks.findIndex((mark) => mark.from >= unit);
      this.#go(place < 0 ? this.#text.marks.length - 1 : place);
    });
  }

  #filterBy(filter) {
    this.#filter = filter;
    byId("text").dataset.filter = filter;
    const through = this.#through();
    if (through.length > 0 && !through.includes(this.#at)) this.#rove(through[0], false);
    this.#tellPlace();
    this.#showSwaps();
    announce(plural(through.length, "mark"));
  }

  #look(view) {
    this.#popover.hide();
    byId("text").dataset.view = view;
    byId("reading").dataset.view = view;
    this.#text.beside = view === "beside";
  }

  #listenToPanel() {
    tabbed(byId("tabs"));
    byId("beside").addEventListener("click", (event) => {
      const { at, unit, go, sort } = event.target.closest("button")?.dataset ?? {};
      if (go !== undefined) return this.#go(Number(go));
      if (sort !== undefined) return this.#sortBy(sort);
      if (at === undefined && unit === undefined) return;
      const row = at === undefined ? this.#text.rowAt(Number(unit)) : this.#text.rowAt(Number(at), true);
      reveal(row);
      row.classList.add("flash");
      setTimeout(() => row.classList.remove("flash"), FLASH);
    });
  }

  #sortBy(key) {
    const descending = this.#sort.key === key ? !this.#sort.descending : key === "times";
    this.#sort = { key, descending };
    this.#showSwaps();
    const head = byId("panel-swaps").querySelector(`[data-sort="${key}"]`);
    head.focus();
    announce(`Sorted by ${head.textContent}, ${descending ? "descending" : "ascending"}`);
  }

  // --- keeping

  async #copy() {
    if (!(await copied(this.document.choices.restored()))) {
      this.say(new ApiError("The browser does not let this page copy; save the JSON instead."));
      return;
    }
    this.document.unsaved = false;
    flashLabel(byId("copy"), "Copied");
    announce("The restored text is copied");
  }

  async #save(format) {
    this.say(null);
    closeMenu(byId("save"));
    try {
      if (["txt", "text-md"].includes(format)) saveText(this.document, format === "txt" ? "txt" : "md");
      else await save([this.document], format, byId("public").checked);
    } catch (error) {
      this.say(error);
    }
  }
}
