// A page beside its source: what of both texts belongs together, and how far one goes where the other does. No DOM here.

import { unitsIn } from "./codepoints.js";

const PAGE = { text: "page", start: "start", end: "end" };
const SOURCE = { text: "source", start: "source_start", end: "source_end" };

/** The runs of both texts, in order: `{text, passage, how, change}`; `passage` is null outside, `how` where nothing differs. */
export function sidesOf(comparison) {
  return { page: runsOn(comparison, PAGE), source: runsOn(comparison, SOURCE) };
}

function runsOn(comparison, side) {
  const text = comparison[side.text];
  const unit = unitsIn(text);
  const inOrder = (things) =>
    things
      .map((thing, number) => ({ ...thing, number, from: unit(thing[side.start]), to: unit(thing[side.end]) }))
      .sort((a, b) => a.from - b.from || a.to - b.to);
  const changes = inOrder(comparison.changes).filter(({ from, to }) => from < to);
  const runs = [];
  const put = (from, to, passage, how = null, change = null) => {
    if (from < to) runs.push({ text: text.slice(from, to), passage, how, change });
  };
  let at = 0;
  let next = 0;
  for (const { number, from, to } of inOrder(comparison.passages)) {
    put(at, from, null);
    at = from;
    while (next < changes.length && changes[next].from < from) next += 1;
    while (next < changes.length && changes[next].from < to) {
      const change = changes[next];
      put(at, change.from, number);
      put(change.from, Math.min(change.to, to), number, change.how, change.number);
      at = Math.min(change.to, to);
      next += 1;
    }
    put(at, to, number);
    at = to;
  }
  put(at, text.length, null);
  return runs;
}

/** Changed quotations and facts, as they stand on top: `[what the page says, what the source says]` with what they are. */
export function changedFirst(comparison) {
  const quotations = comparison.quotations.filter((pair) => pair.altered);
  return { quotations, facts: comparison.facts };
}

/**
 * Where the other side is to be when this one is at `top`. `anchors` are `{from, to, otherFrom, otherTo}`, ascending in `from`:
 * where passages lie on both. Between them both go evenly.
 */
export function follow(anchors, top) {
  let before = { at: 0, other: 0 };
  for (const { from, to, otherFrom, otherTo } of anchors) {
    if (top < from) return between(before, { at: from, other: otherFrom }, top);
    if (top <= to) return between({ at: from, other: otherFrom }, { at: to, other: otherTo }, top);
    before = { at: to, other: otherTo };
  }
  return before.other + (top - before.at);
}

function between(first, last, at) {
  const share = last.at > first.at ? (at - first.at) / (last.at - first.at) : 0;
  return first.other + share * (last.other - first.other);
}
