// The swaps of a reading as a list, and which of them a filter by confidence lets through. No DOM here.

import { sureness } from "./wording.js";
import { sorted } from "./table.js";

/** What each filter lets through: every mark, those that are not sure, those that are guesses or were left as found. */
const THROUGH = {
  all: () => true,
  unsure: (kind) => kind !== "sure",
  guess: (kind) => kind === "guess",
};

/** How sure a place is, whatever was chosen there: `"sure"`, `"likely"`, or `"guess"`, as which an open place counts too. */
export function kindAt({ found, original, confidence }) {
  return found === original ? "guess" : sureness(confidence);
}

/** Whether a place passes a filter. */
export const passes = (filter, substitution) => THROUGH[filter](kindAt(substitution));

/** The next place from `at` in direction `by` (1 or -1) that passes; -1 where there is none. */
export function nextPlace(substitutions, at, by, filter) {
  for (let place = at + by; place >= 0 && place < substitutions.length; place += by) {
    if (passes(filter, substitutions[place])) return place;
  }
  return -1;
}

const KEYS = {
  order: (swap) => swap.places[0],
  found: (swap) => swap.found,
  now: (swap) => swap.now,
  confidence: (swap) => swap.confidence,
  times: (swap) => swap.places.length,
};

/**
 * Each distinct swap once, as `{found, now, confidence, places}`: what stood there, what stands there now, the least
 * confidence of its places (null where the reader of the page chose the word), and these; sorted by `key`.
 */
export function swapsOf(choices, filter, key = "order", descending = false) {
  const swaps = new Map();
  choices.reading.substitutions.forEach((substitution, place) => {
    if (!passes(filter, substitution)) return;
    const found = substitution.found.trim().toLowerCase();
    const now = choices.word(place).trim().toLowerCase();
    const confidence = ["chosen", "left"].includes(choices.state(place)) ? null : substitution.confidence;
    const swap = swaps.get(`${found}\n${now}`);
    if (swap === undefined) swaps.set(`${found}\n${now}`, { found, now, confidence, places: [place] });
    else {
      if (confidence !== null) swap.confidence = Math.min(swap.confidence ?? 1, confidence);
      swap.places.push(place);
    }
  });
  return sorted([...swaps.values()], KEYS[key], descending);
}
