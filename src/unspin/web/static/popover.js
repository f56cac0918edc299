// What a swapped word tells on hover or focus: what stood there, how sure, the walk, and what else it may have been.

import { LEFT, optionsOf } from "./choices.js";
import { announce, byId, el, fill, takesText } from "./dom.js";
import { chance, percent, plural, sureness } from "./wording.js";

const OPENS_AFTER = 90; // milliseconds of hovering
const CLOSES_AFTER = 260; // long enough to move the pointer from the word to the popover
const GAP = 8;
const LONGEST_WORD = 100;
const SURE = { sure: "sure", likely: "likely", guess: "a guess" };

/**
 * The one popover of the page. `host` is the reading view: `host.document`, `host.mark(place)` (the element),
 * `host.choose(places, word)`.
 */
export class Popover {
  #box = byId("popover");
  #timer = 0;
  #pinned = false; // opened by click or keyboard: the pointer's leaving does not close it
  #everywhere = false;

  constructor(host) {
    this.host = host;
    this.place = null;
    this.#box.addEventListener("pointerenter", () => clearTimeout(this.#timer));
    this.#box.addEventListener("pointerleave", () => this.leave());
    this.#box.addEventListener("click", (event) => this.#click(event));
    this.#box.addEventListener("change", (event) => {
      if (event.target.id === "everywhere") this.#everywhere = event.target.checked;
    });
    this.#box.addEventListener("keydown", (event) => this.#key(event));
    this.#box.addEventListener("focusin", () => {
      this.#pinned = true;
    });
    const follow = () => this.place !== null && !this.#box.classList.contains("sheet") && this.#put();
    addEventListener("scroll", follow, { passive: true });
    addEventListener("resize", follow, { passive: true });
    document.addEventListener("pointerdown", (event) => {
      if (this.place !== null && !event.target.closest("#popover, .mark")) this.hide();
    });
  }

  /** The pointer came over a mark. */
  hover(place, anchor) {
    clearTimeout(this.#timer);
    if (this.#pinned || this.place === place) return;
    this.#timer = setTimeout(() => this.show(place, { anchor }), this.place === null ? OPENS_AFTER : OPENS_AFTER / 2);
  }

  /** The pointer left. */
  leave() {
    clearTimeout(this.#timer);
    if (!this.#pinned) this.#timer = setTimeout(() => this.hide(), CLOSES_AFTER);
  }

  /** Show what is known of a place; `pinned` where it is to stay until Escape, a click elsewhere, or another mark. */
  show(place, { pinned = false, anchor = this.host.mark(place) } = {}) {
    clearTimeout(this.#timer);
    if (this.place !== place) {
      this.#unlight();
      this.#everywhere = false;
    }
    this.place = place;
    this.#pinned = pinned;
    this.anchor = anchor;
    this.#fill();
    this.#box.hidden = false;
    this.host.mark(place)?.setAttribute("aria-expanded", "true");
    for (const mark of document.querySelectorAll(`.mark[data-place="${place}"]`)) mark.classList.add("lit");
    this.#put();
  }

  hide({ refocus = false } = {}) {
    clearTimeout(this.#timer);
    if (this.place === null) return;
    if (refocus) this.host.mark(this.place)?.focus({ preventScroll: true }); // before it closes, since the focus on a mark opens it
    this.#unlight();
    this.place = null;
    this.#pinned = false;
    this.#box.hidden = true;
  }

  /** Move the keyboard into the popover. */
  enter() {
    this.#box.querySelector(".option")?.focus();
  }

  has(element) {
    return this.#box.contains(element);
  }

  /** Choose the option of this number, from 1 as shown; 0 leaves the word as it was. */
  pick(number) {
    const button = this.#box.querySelector(`[data-key="${number}"]`);
    button?.click();
    return Boolean(button);
  }

  #unlight() {
    for (const mark of document.querySelectorAll(".mark.lit")) mark.classList.remove("lit");
    this.host.mark(this.place)?.setAttribute("aria-expanded", "false");
  }

  #buttons() {
    return [...this.#box.querySelectorAll("button:not(:disabled), input:not(:disabled)")].filter((each) => each.checkVisibility());
  }

  #fill() {
    const { choices, places, state } = this.host.document;
    const substitution = choices.reading.substitutions[this.place];
    const now = choices.word(this.place);
    const status = choices.state(this.place);
    const { words, kept } = optionsOf(substitution);
    const rest = 1 - words.reduce((sum, { probability }) => sum + probability, kept ?? 0);
    const same = choices.samePlaces(this.place);
    const closed = state === "reading";
    const found = substitution.found.trim();
    fill(
      this.#box,
      el(
        "p", { class: "pop-found" },
        "The page says ", el("s", {}, found),
        this.#whereabouts(places),
        el("button", { type: "button", class: "quiet icon pop-close", "aria-label": "Close", data: { close: "yes" } }, "×"),
      ),
      el(
        "p", { class: "pop-verdict", id: "popover-title" },
        el("strong", {}, shown(status === "left" ? found : now)),
        " ",
        el("span", { class: `sureness ${sureness(substitution.confidence)}` }, this.#how(status, substitution)),
      ),
      substitution.route.length > 1 &&
        el(
          "p", { class: "route" },
          el("span", { class: "visually-hidden" }, "The walk: "),
          substitution.route.flatMap((word, i) => [
            i > 0 && el("span", { class: "arrow" }, el("span", { class: "visually-hidden" }, " to "), el("span", { "aria-hidden": "true" }, "→")),
            el("span", { class: "step" }, word),
          ]),
        ),
      el(
        "div", { class: "options", role: "group", "aria-label": "What was written here" },
        words.map(({ word, probability }, i) =>
          option({ word, probability, key: i + 1, closed, on: status !== "left" && status !== "open" && now.toLowerCase() === word.toLowerCase() }),
        ),
        rest > 0.005 && el("p", { class: "rest" }, el("span", {}, "other words"), el("span", { class: "share" }, percent(rest))),
        status === "chosen" && !words.some(({ word }) => word.toLowerCase() === now.trim().toLowerCase()) &&
          option({ word: now.trim(), probability: null, key: "own-word", closed, on: true }),
        option({ word: found, probability: kept, key: 0, closed, on: status === "left" || status === "open", leave: true }),
      ),
      el(
        "div", { class: "own" },
        el("label", { class: "visually-hidden", for: "own" }, "Another word of your own"),
        el("input", { type: "text", id: "own", maxlength: LONGEST_WORD, placeholder: "another word", autocomplete: "off", autocapitalize: "none", spellcheck: "true", disabled: closed }),
        el("button", { type: "button", data: { own: "yes" }, disabled: closed }, "Use"),
      ),
      same.length > 1 &&
        el(
          "label", { class: "everywhere" },
          el("input", { type: "checkbox", id: "everywhere", checked: this.#everywhere, disabled: closed }),
          ` at all ${plural(same.length, "place")} that say “${found}”`,
        ),
      closed && el("p", { class: "pop-note" }, "Still reading; you can choose when it is done."),
    );
  }

  #how(status, { confidence }) {
    if (status === "left") return "left as it was";
    if (status === "open") return "looks swapped; no guess is sure enough";
    if (status === "chosen") return "your choice";
    return `${chance(confidence)} · ${SURE[sureness(confidence)]}`;
  }

  #whereabouts(places) {
    const at = places?.[this.place];
    if (!at) return null;
    return el("span", { class: "pop-place" }, at.page ? `p. ${at.page}` : `paragraph ${at.paragraph}`);
  }

  #click(event) {
    if (event.target.closest("[data-close]")) return this.hide({ refocus: true });
    if (event.target.closest("[data-own]")) return this.#useOwn();
    const button = event.target.closest("button[data-key]");
    if (!button || button.getAttribute("aria-disabled") === "true") return;
    const { choices } = this.host.document;
    const places = this.#everywhere ? choices.samePlaces(this.place) : [this.place];
    const leave = button.dataset.key === "0";
    const hadFocus = this.has(document.activeElement);
    const changed = this.host.choose(places, leave ? LEFT : button.dataset.word);
    const said = leave ? "left as it was" : button.dataset.word || "removed";
    const times = changed.filter((place) => places.includes(place)).length;
    announce(times > 1 ? `${said}, at ${plural(times, "place")}` : said);
    this.#fill();
    if (hadFocus) this.#box.querySelector(`[data-key="${button.dataset.key}"]`)?.focus();
    this.#put();
  }

  /** Choose the word that was typed. */
  #useOwn() {
    const word = byId("own").value.trim().replace(/\s+/g, " ");
    if (word === "") return byId("own").focus();
    const places = this.#everywhere ? this.host.document.choices.samePlaces(this.place) : [this.place];
    const changed = this.host.choose(places, word);
    const times = changed.filter((place) => places.includes(place)).length;
    announce(times > 1 ? `${word}, at ${plural(times, "place")}` : word);
    this.#fill();
    this.#box.querySelector('.option[aria-pressed="true"]')?.focus(); // out of the field, so that the keys are keys again
    this.#put();
  }

  #key(event) {
    const buttons = this.#buttons();
    const at = buttons.indexOf(document.activeElement);
    if (event.key === "Escape") {
      this.hide({ refocus: true });
    } else if (event.key === "Enter" && event.target.id === "own") {
      this.#useOwn();
    } else if (takesText(event.target) && !["ArrowDown", "ArrowUp", "Tab"].includes(event.key)) {
      return; // what is typed there is a word
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (at + step < 0) this.host.mark(this.place)?.focus();
      else buttons[Math.min(at + step, buttons.length - 1)]?.focus();
    } else if (event.key === "Tab" && (event.shiftKey ? at <= 0 : at === buttons.length - 1)) {
      this.host.mark(this.place)?.focus(); // the popover stands at the end of the page, its word does not
    } else if (/^[0-9]$/.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey && this.host.shortcuts) {
      this.pick(event.key);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  /** Scroll the word out from under the sheet. */
  #uncover() {
    const hidden = this.anchor.getBoundingClientRect().bottom + GAP - (innerHeight - this.#box.offsetHeight);
    if (hidden > 0) scrollBy({ top: hidden + GAP, behavior: "instant" });
  }

  /** Put the box below its word, or above where only there is room for all of it; where neither has, it scrolls on the side with more. On a narrow screen CSS makes it a sheet. */
  #put() {
    if (!this.anchor?.isConnected) return;
    const sheet = matchMedia("(max-width: 40rem)").matches;
    this.#box.classList.toggle("sheet", sheet);
    if (sheet) {
      this.#box.style.left = this.#box.style.top = this.#box.style.maxHeight = "";
      this.#uncover();
      return;
    }
    const lines = this.anchor.getClientRects();
    if (lines.length === 0) return;
    const [first, last] = [lines[0], lines[lines.length - 1]];
    this.#box.style.maxHeight = "";
    const { offsetWidth: width, offsetHeight: wanted } = this.#box;
    const [under, over] = [innerHeight - last.bottom - 2 * GAP, first.top - 2 * GAP];
    const below = wanted <= under || (wanted > over && under >= over);
    const height = Math.min(wanted, below ? under : over);
    if (height < wanted) this.#box.style.maxHeight = `${Math.floor(height)}px`;
    const top = below ? last.bottom + GAP : first.top - GAP - height;
    const left = Math.min(Math.max(GAP, first.left - 14), document.documentElement.clientWidth - width - GAP);
    this.#box.style.top = `${Math.round(top)}px`;
    this.#box.style.left = `${Math.round(left)}px`;
  }
}

const shown = (word) => (word.trim() === "" ? "nothing" : word);

function option({ word, probability, key, on, closed, leave = false }) {
  const meter = el("span", { class: "meter", "aria-hidden": "true" });
  meter.style.setProperty("--share", probability ?? 0);
  return el(
    "button",
    {
      type: "button", class: leave ? "option leave" : "option", "aria-pressed": String(on), "aria-disabled": closed && "true",
      data: { key, word },
    },
    el("span", { class: "word" }, leave ? "Leave as it was" : word === "" ? el("em", {}, "nothing: a word put in") : word),
    meter,
    el("span", { class: "share" }, probability === null ? "" : chance(probability)),
  );
}
