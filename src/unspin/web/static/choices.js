// What the reader chose at each swapped word, with undo, and the reading that follows from it. No DOM here.

import { unitsIn } from "./codepoints.js";

/** The choice to leave a word as it stood on the page. */
export const LEFT = null;

const ARTICLES = new Set(["a", "an"]); // an article that follows its word is no swapped word of its own

/** The word in the case that the place asks for; what the reader restored there is the witness for it. */
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

/**
 * What may stand at a place: `words` as `{word, probability}`, the program's own choice first, then its alternatives;
 * `kept`, the probability that the word is as written, or null where it was not weighed.
 */
export function optionsOf(substitution) {
  const found = substitution.found.toLowerCase();
  const words = [{ word: plainOriginal(substitution), probability: substitution.confidence }];
  let kept = null;
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

  constructor(reading) {
    this.reading = reading;
  }

  /** The word that stands at a place now. */
  word(place) {
    const { found, original } = this.reading.substitutions[place];
    const made = this.#made.get(place);
    if (made === undefined) return original;
    return made === LEFT ? found : made;
  }

  /** `"restored"`, `"chosen"` or `"left"`. */
  state(place) {
    const made = this.#made.get(place);
    if (made === undefined) return "restored";
    return made === LEFT ? "left" : "chosen";
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
      if (before !== after) step.push({ place, before, after });
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
    const cased = casedFor(substitution, word);
    if (cased === substitution.original) return undefined;
    return cased === substitution.found ? LEFT : cased;
  }

  /** How many words look swapped now, and which share of all words that is. */
  counts() {
    let swapped = 0;
    this.reading.substitutions.forEach((substitution, place) => {
      if (this.state(place) !== "left" && !ARTICLES.has(substitution.found.toLowerCase())) swapped += 1;
    });
    const { words } = this.reading;
    return { swapped, words, share: words > 0 ? swapped / words : 0, chosen: this.count };
  }

  /** The substitutions that are in force, in the form of a reading. */
  substitutions() {
    return this.reading.substitutions.flatMap((substitution, place) => {
      const state = this.state(place);
      if (state === "left") return [];
      return [state === "restored" ? substitution : withWord(substitution, this.word(place))];
    });
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

/** The substitution with another word in it; the one it replaces becomes an alternative. The walk was to the old word. */
function withWord(substitution, word) {
  const same = (other) => other.toLowerCase() === word.toLowerCase();
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
