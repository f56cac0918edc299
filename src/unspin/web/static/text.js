// The text of a reading, block by block: the restored side, and what the page says beside it.

import { blocksOf, marksWithin, runsOf } from "./blocks.js";
import { unitsIn } from "./codepoints.js";
import { byId, el, fill } from "./dom.js";
import { divided, partsOf } from "./passages.js";
import { articleFor, dress, dressArticle, foundFor, markFor } from "./marks.js";

/** The text in its element. Blocks that did not change are left alone, so that a growing reading can be shown cheaply. */
export class Text {
  #rows = []; // {element, key, start, end}
  #beside = false;
  #parting = "";
  #unit = (offset) => offset;

  constructor(element) {
    this.element = element;
    this.marks = []; // {from, to} in UTF-16 units, one for each substitution
    this.parts = []; // {from, to}, what reads as spun where it is not the whole text
  }

  /** Show these choices; the text may be the same with more substitutions in it, or another. */
  show(choices) {
    const { text, substitutions } = choices.reading;
    this.choices = choices;
    if (text !== this.text) {
      this.#rows = [];
      this.text = text;
      this.#unit = unitsIn(text);
    }
    this.marks = substitutions.map(({ start, end }) => ({ from: this.#unit(start), to: this.#unit(end) }));
    this.parts = partsOf(choices.reading);
    const parted = this.parts.map(({ from, to }) => `${from}-${to}`).join();
    if (parted !== this.#parting) this.#rows = [];
    this.#parting = parted;
    this.#rows = blocksOf(text, this.marks).map((block, i) => {
      const [first, after] = marksWithin(block.start, block.end, this.marks);
      const words = substitutions.slice(first, after).map((s) => `${s.start}+${s.end}=${s.original}~${s.confidence}`);
      const key = `${block.start}-${block.end}@${first}|${words.join("|")}`;
      const known = this.#rows[i];
      return known?.key === key ? known : { ...block, key, element: this.#row(block) };
    });
    const elements = this.#rows.map((row) => row.element);
    const old = this.element.children;
    if (elements.length !== old.length || elements.some((row, i) => row !== old[i])) fill(this.element, elements);
  }

  /** Forget what is shown, so that the next text is made anew. */
  clear() {
    this.text = null;
    fill(this.element);
  }

  #row(block) {
    const row = el("div", { class: block.heading ? "row heading" : "row" });
    fill(row, this.#beside && this.#found(block), this.#restored(block));
    return row;
  }

  #restored({ start, end }) {
    return el("p", { class: "restored" }, this.#parted(start, end, (from, to) => this.#restoredRuns(from, to, true)));
  }

  #found({ start, end }) {
    return el("p", { class: "found" }, this.#parted(start, end, (from, to) => this.#foundRuns(from, to, true)));
  }

  /** Runs, those of a part that reads as spun within an element of their own. */
  #parted(start, end, runs) {
    const pieces = divided(start, end, this.parts, this.marks);
    return pieces.flatMap(({ start: from, end: to, spun }) => (spun ? [el("span", { class: "part" }, runs(from, to))] : runs(from, to)));
  }

  #foundRuns(start, end, inText) {
    const runs = runsOf(this.text, start, end, this.marks);
    return runs.map((run) => (typeof run === "number" ? foundFor(this.choices, run, inText) : run));
  }

  /** The restored runs, in which an article before a mark is an element, since it changes with the word. */
  #restoredRuns(start, end, inText) {
    const runs = runsOf(this.text, start, end, this.marks);
    return runs.flatMap((run, i) => {
      if (typeof run === "number") return [markFor(this.choices, run, inText)];
      const place = runs[i + 1];
      const article = place === undefined ? null : this.choices.article(place);
      if (article === null || article.back > run.length) return [run];
      const at = run.length - article.back;
      return [run.slice(0, at), articleFor(this.choices, place, inText), run.slice(at + article.found.length)];
    });
  }

  /** With what the page says beside the restored text, or without. */
  set beside(wanted) {
    if (wanted === this.#beside) return;
    this.#beside = wanted;
    for (const { element, ...block } of this.#rows) {
      if (wanted) element.prepend(this.#found(block));
      else element.querySelector(".found")?.remove();
    }
  }

  /** Bring these places up to date, wherever they are shown, and the articles before them. */
  redress(places) {
    for (const place of new Set(places.flatMap((place) => [place - 1, place]))) {
      for (const side of ["mark", "was"]) {
        const mark = byId(`${side}-${place}`);
        if (mark) dress(mark, this.choices, place);
      }
      const article = byId(`article-${place}`);
      if (article) dressArticle(article, this.choices, place);
    }
  }

  /** The block that holds an offset, in UTF-16 units or in code points, as an element. */
  rowAt(offset, codepoints = false) {
    const unit = codepoints ? this.#unit(offset) : offset;
    return this.#rows.find((row) => row.end > unit)?.element ?? this.element;
  }

  /** Restored and marked, for another part of the page: `[start, end)` in code points. */
  excerpt(start, end, restored) {
    const [from, to] = [this.#unit(start), this.#unit(end)];
    return restored ? this.#restoredRuns(from, to, false) : this.#foundRuns(from, to, false);
  }
}
