// A text cut into the blocks that a page is set in, and a block into plain stretches and marks. No DOM here.

import { countBelow } from "./codepoints.js";

const LINE = /[^\n\r\f\v\x85\u2028\u2029]*\S[^\n\r\f\v\x85\u2028\u2029]*/g;
const ONE_BREAK = /^(?:\r\n|[\n\r\f\v\x85\u2028\u2029])$/;
const WRAPPED_SHARE = 0.25; // as in text/paragraphs.py: hard-wrapped prose goes on in lower case, paragraphs do not
const LONGEST = 6000; // units; a longer paragraph is cut, so that the browser can leave out what is off the screen
const LONGEST_HEADING = 110;

/**
 * The blocks of a text: `{start, end, heading}`, in UTF-16 units, in order. Blank lines lie between blocks.
 * `marks` ({from, to} in units, in order) are never cut in two.
 */
export function blocksOf(text, marks = []) {
  const lines = [...text.matchAll(LINE)].map((match) => ({ start: match.index, end: match.index + match[0].length }));
  const joins = joinable(text, lines);
  const paragraphs = [];
  lines.forEach((line, i) => {
    if (joins[i]) paragraphs.at(-1).end = line.end;
    else paragraphs.push({ start: line.start, end: line.end });
  });
  const ends = marks.map((mark) => mark.to);
  const blocks = mended(paragraphs, marks, ends).flatMap((block) => pieces(text, block, marks, ends));
  return blocks.map((block, i) => ({
    ...block,
    heading: isHeading(text.slice(block.start, block.end), i),
  }));
}

/** For each line, whether it goes on with the paragraph of the line before. */
function joinable(text, lines) {
  const single = lines.map((line, i) => i > 0 && ONE_BREAK.test(text.slice(lines[i - 1].end, line.start)));
  const continues = lines.map((line) => /^\s*\p{Ll}/u.test(text.slice(line.start, line.end)));
  const breaks = single.filter(Boolean).length;
  const wrapped = single.filter((is, i) => is && continues[i]).length >= Math.max(1, WRAPPED_SHARE * breaks);
  if (!wrapped) return single.map(() => false);
  const lengths = lines.map((line) => line.end - line.start).sort((a, b) => a - b);
  const full = lengths[Math.floor((3 * lengths.length) / 4)];
  return single.map((is, i) => {
    if (!is) return false;
    const short = lines[i - 1].end - lines[i - 1].start < 0.6 * full;
    return continues[i] || !short;
  });
}

/** Paragraphs joined where a mark runs over the border between them. */
function mended(paragraphs, marks, ends) {
  const blocks = [];
  for (const paragraph of paragraphs) {
    const mark = marks[countBelow(ends, paragraph.start + 1)];
    const before = blocks.at(-1);
    if (before && mark && mark.from < before.end && mark.to > paragraph.start) before.end = paragraph.end;
    else blocks.push({ ...paragraph });
  }
  return blocks;
}

/** A block as it is, or cut after a sentence where it is too long to be set in one. */
function pieces(text, block, marks, ends) {
  const cut = [];
  let start = block.start;
  while (block.end - start > LONGEST) {
    const stretch = text.slice(start, start + LONGEST);
    let at = stretch.search(/[.?!]["”’')]*\s(?!.*[.?!]["”’')]*\s)/s);
    at = at > 0 ? at + stretch.slice(at).search(/\s/) + 1 : stretch.lastIndexOf(" ") + 1 || LONGEST;
    let end = start + at;
    if (/[\uDC00-\uDFFF]/.test(text[end])) end += 1; // never between the halves of one character
    const mark = marks[countBelow(ends, end + 1)];
    if (mark && mark.from < end && mark.to > end) end = mark.to;
    if (end >= block.end) break;
    cut.push({ start, end });
    start = end;
  }
  return [...cut, { start, end: block.end }];
}

/** Whether a block looks like a heading: short, one line, no full stop at its end; the first may be a little longer. */
function isHeading(body, place) {
  const line = body.trim();
  const longest = place === 0 ? 1.5 * LONGEST_HEADING : LONGEST_HEADING;
  return line.length <= longest && !/[\n\r]/.test(line) && /^[\p{Lu}\p{N}]/u.test(line) && !/[.,;:!?"”’)\]…]$/.test(line);
}

/**
 * What stands in `[start, end)`: plain strings and numbers, a number being the place of a mark in `marks`.
 * Only marks that lie wholly inside are given.
 */
export function runsOf(text, start, end, marks) {
  const runs = [];
  const starts = marks.starts ?? (marks.starts = marks.map((mark) => mark.from));
  let at = start;
  for (let i = countBelow(starts, start); i < marks.length && marks[i].to <= end; i += 1) {
    if (marks[i].from > at) runs.push(text.slice(at, marks[i].from));
    runs.push(i);
    at = marks[i].to;
  }
  if (at < end) runs.push(text.slice(at, end));
  return runs;
}

/** The places of the marks that lie wholly inside `[start, end)`, as `[first, after]`. */
export function marksWithin(start, end, marks) {
  const starts = marks.starts ?? (marks.starts = marks.map((mark) => mark.from));
  const first = countBelow(starts, start);
  let after = first;
  while (after < marks.length && marks[after].to <= end) after += 1;
  return [first, after];
}
