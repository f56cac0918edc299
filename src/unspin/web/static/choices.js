// What the reader chose at each swapped word, with undo, and the reading that follows from it. No DOM here.

import { articlesBefore, fitted, isArticle } from "./articles.js";
import { unitsIn } from "./codepoints.js";

/** The choice to leave a word as it stood on the page. */
export const LEFT = null;

/** The word in the case that the place asks for, which is told by the case of what was found and restored there. */
export function casedFor(substitution, word) {
  const { found, original } = substitution;
  if (found.length > 1 && found === found.toUpperCase() && found !== found.toLowerCase()) return word.toUpperCase();
  const capital = startsUpper(found) && (startsUpper(original) || original === "");
  return capital ? upperFirst(word) : word;
}

/** The restored word without the capital that only its place gave it, so that it can be used at another place. */
export function plainOriginal(substitution) {
  const { found, original } = substitution;
  if (found.length > 1 && found === found.toUpperCase() && original === original.toUpperCase()) return original.toLowerCase();
  return startsUpper(found) && startsUpper(original) ? original[0].toLowerCase() + original.slice(1) : original;
}

/** Whether a place looks swapped but is left as found, no guess being likely enough. */
export const isOpen = ({ found, original }) => found === original;

/**
 * What may stand at a place: `words` as `{word, probability}`, the program's own choice first, then its alternatives;
 * `kept`, the probability that the word is as written, or null where it was not weighed.
 */
export function optionsOf(substitution) {
  const found = substitution.found.trim().toLowerCase();
  const words = isOpen(substitution) ? [] : [{ word: plainOriginal(substitution), probability: substitution.confidence }];
  let kept = isOpen(substitution) ? substitution.confidence : null;
  for (const [word, probability] of substitution.alternatives) {
    if (word.toLowerCase() === found) kept = probability;
    else words.push({ word, probability });
  }
  return { words, kept };
}

/** The choices made in one reading. A choice is a word, or LEFT; a place without one is as the program restored it. */
export class Choices {
  #made = new Map();
  #past = [];
  #future = [];
  #articles; // for each place what articlesBefore says

  constructor(reading) {
    this.reading = reading;
    const unit = unitsIn(reading.text);
    const marks = reading.substitutions.map(({ start, end }) => ({ from: unit(start), to: unit(end) }));
    this.#articles = articlesBefore(reading.text, marks);
  }

  /** The word that stands at a place now; an article there fits what was chosen after it, unless it was left on purpose. */
  word(place) {
    const own = this.#ownWord(place);
    const chosen = this.#made.get(place);
    const next = place + 1;
    if (!isArticle(own) || chosen === LEFT || this.#articles[next] !== "mark") return own;
    const after = this.#made.get(next);
    if (chosen === undefined && after === undefined) return own;
    const { found } = this.reading.substitutions[place];
    if (chosen === undefined && after === LEFT && isArticle(found)) return found;
    return fitted(own, this.#ownWord(next));
  }

  #ownWord(place) {
    const { found, original } = this.reading.substitutions[place];
    const made = this.#made.get(place);
    if (made === undefined) return original;
    return made === LEFT ? found : made;
  }

  /** `"restored"`, `"open"` (as found, for want of a likely guess), `"chosen"` or `"left"`. */
  state(place) {
    const { found, original } = this.reading.substitutions[place];
    const word = this.word(place);
    if (word === original && found === original) return this.#made.get(place) === LEFT ? "left" : "open";
    if (word === original) return "restored";
    return word === found ? "left" : "chosen";
  }

  /**
   * The article before a place where it is no place of its own, or null: `{found, word, back}`, as the page has it, as it
   * stands now, and how far before the place it begins.
   */
  article(place) {
    const article = this.#articles[place];
    if (article === null || article === "mark") return null;
    const made = this.#made.get(place);
    const word = made === undefined || made === LEFT ? article.found : fitted(article.found, made);
    return { ...article, word };
  }

  get count() {
    return this.#made.size;
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  /** The places at which the same word was found, whatever its case; `place` among them. */
  samePlaces(place) {
    const found = this.reading.substitutions[place].found.toLowerCase();
    const same = [];
    this.reading.substitutions.forEach((other, i) => {
      if (other.found.toLowerCase() === found) same.push(i);
    });
    return same;
  }

  /** Choose a word (or LEFT) at all of these places, as one step. Returns the places that changed. */
  choose(places, word) {
    const step = [];
    for (const place of places) {
      const before = this.#made.get(place);
      const after = this.#settled(place, word);
      if (before === after) continue;
      step.push({ place, before, after });
      if (word !== LEFT && this.#isLeftArticle(place)) step.push(this.#freed(place - 1));
    }
    if (step.length === 0) return [];
    this.#past.push(step);
    this.#future = [];
    return this.#walk(step, "after");
  }

  /** Take the last step back. Returns the places that changed. */
  undo() {
    const step = this.#past.pop();
    if (step === undefined) return [];
    this.#future.push(step);
    return this.#walk(step, "before");
  }

  /** Make the step again that was taken back last. Returns the places that changed. */
  redo() {
    const step = this.#future.pop();
    if (step === undefined) return [];
    this.#past.push(step);
    return this.#walk(step, "after");
  }

  /** Whether an article that was left on purpose stands before a place. */
  #isLeftArticle(place) {
    return this.#articles[place] === "mark" && this.#made.get(place - 1) === LEFT && isArticle(this.#ownWord(place - 1));
  }

  /** A change that keeps the article at a place and lets it follow the word after it again. */
  #freed(place) {
    return { place, before: LEFT, after: this.#ownWord(place) };
  }

  #walk(step, side) {
    for (const change of step) {
      if (change[side] === undefined) this.#made.delete(change.place);
      else this.#made.set(change.place, change[side]);
    }
    return step.map((change) => change.place);
  }

  /** The choice as it is kept: nothing where it is the program's own, LEFT where it is what stood there. */
  #settled(place, word) {
    const substitution = this.reading.substitutions[place];
    if (word === LEFT) return LEFT;
    const cased = spacedFor(substitution, casedFor(substitution, word));
    if (cased === substitution.original) return undefined;
    return cased === substitution.found ? LEFT : cased;
  }

  /** How many words look swapped now, one left open as far as it was probably swapped, and which share of all words that is. */
  counts() {
    let swapped = 0;
    this.reading.substitutions.forEach((substitution, place) => {
      if (isArticle(substitution.found)) return; // an article follows its word
      const state = this.state(place);
      if (state !== "left") swapped += state === "open" ? 1 - substitution.confidence : 1;
    });
    const { words } = this.reading;
    return { swapped: Math.round(swapped), words, share: words > 0 ? swapped / words : 0, chosen: this.count };
  }

  /** What is in force: `{substitution, place}` each, in the form of a reading; an article has the place of its word. */
  inForce() {
    return this.reading.substitutions.flatMap((substitution, place) => {
      const state = this.state(place);
      if (state === "left") return [];
      const now = state === "restored" || state === "open" ? substitution : withWord(substitution, this.word(place));
      const article = this.article(place);
      const fits = article === null || article.word === article.found;
      return (fits ? [now] : [articleChanged(now, article), now]).map((each) => ({ substitution: each, place }));
    });
  }

  /** The substitutions that are in force. */
  substitutions() {
    return this.inForce().map(({ substitution }) => substitution);
  }

  /** The restored text as chosen. */
  restored() {
    return replay(this.reading.text, this.substitutions());
  }

  /** A whole reading as chosen, ready to be saved. */
  toReading() {
    if (this.count === 0) return this.reading;
    const substitutions = this.substitutions();
    const { text, quotations } = this.reading;
    const { share } = this.counts();
    return {
      ...this.reading,
      share: Math.min(1, Math.round(share * 1e6) / 1e6),
      restored: replay(text, substitutions),
      substitutions,
      quotations: quotations.map((quotation) => this.quotation(quotation, substitutions)),
    };
  }

  /** A quotation of the reading as chosen. */
  quotation(quotation, substitutions = this.substitutions()) {
    const inside = substitutions.filter(({ start, end }) => quotation.start <= start && end <= quotation.end);
    const shifted = inside.map((s) => ({ ...s, start: s.start - quotation.start, end: s.end - quotation.start }));
    const restored = replay(quotation.found, shifted);
    return { ...quotation, restored, altered: restored !== quotation.found };
  }
}

/** The text with every substitution made; offsets in code points, in order, not overlapping. */
export function replay(text, substitutions) {
  const unit = unitsIn(text);
  const parts = [];
  let at = 0;
  for (const { start, end, original } of substitutions) {
    parts.push(text.slice(at, unit(start)), original);
    at = unit(end);
  }
  parts.push(text.slice(at));
  return parts.join("");
}

/** An article that had to change with the word after it, as a substitution of its own. */
function articleChanged(substitution, { found, word, back }) {
  const start = substitution.start - back; // letters and white space: as many code points as units
  return { ...substitution, start, end: start + found.length, found, original: word, alternatives: [], route: [] };
}

/** A word in place of what was put in with the white space beside it. */
function spacedFor({ found, original }, word) {
  if (original !== "" || word === "") return word;
  return found.match(/^\s*/)[0] + word + found.match(/\s*$/)[0];
}

/** The substitution with another word in it; the one it replaces becomes an alternative. The walk was to the old word. */
function withWord(substitution, word) {
  if (isArticle(word) && isArticle(substitution.original)) return { ...substitution, original: word };
  const same = (other) => other.toLowerCase() === word.trim().toLowerCase();
  const chosen = substitution.alternatives.find(([other]) => same(other));
  const alternatives = substitution.alternatives.filter(([other]) => !same(other));
  alternatives.push([plainOriginal(substitution), substitution.confidence]);
  alternatives.sort((a, b) => b[1] - a[1]);
  return { ...substitution, original: word, confidence: chosen ? chosen[1] : 0, alternatives, route: [] };
}

function startsUpper(word) {
  const first = word.slice(0, 1);
  return first !== first.toLowerCase();
}

function upperFirst(word) {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
