// Which part of a text reads as spun, where it is not the whole. No DOM here.

import { countBelow, unitsIn } from "./codepoints.js";

/** The parts that read as spun, `{from, to}` in UTF-16 units; none where the whole text does, or nothing. As in report/passages.py. */
export function partsOf({ text, passages = [] }) {
  const unit = unitsIn(text);
  const parts = passages.map(([start, end]) => ({ from: unit(start), to: unit(end) }));
  const [first] = parts;
  const whole = parts.length === 1 && (text.slice(0, first.from) + text.slice(first.to)).trim() === "";
  return whole ? [] : parts;
}

/** The share of the text that parts take up, 0 to 1. */
export const shareOf = (parts, length) => parts.reduce((sum, { from, to }) => sum + to - from, 0) / Math.max(1, length);

/**
 * `[start, end)` divided where a part begins or ends: `{start, end, spun}`. A border inside a mark goes to its beginning, so
 * that no mark is cut; `marks` are `{from, to}` in units, in order.
 */
export function divided(start, end, parts, marks) {
  const ends = (marks.ends ??= marks.map((mark) => mark.to));
  const uncut = (offset) => {
    const mark = marks[countBelow(ends, offset + 1)];
    return mark && mark.from < offset ? mark.from : offset;
  };
  const pieces = [];
  const add = (from, to, spun) => from < to && pieces.push({ start: from, end: to, spun });
  let at = start;
  const after = (parts.ends ??= parts.map((part) => part.to));
  for (let i = countBelow(after, start + 1); i < parts.length && parts[i].from < end; i += 1) {
    const from = Math.max(at, uncut(parts[i].from));
    const to = Math.max(from, Math.min(end, uncut(parts[i].to)));
    add(at, from, false);
    add(from, to, true);
    at = to;
  }
  add(at, end, false);
  return pieces;
}
