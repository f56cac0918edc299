// Names and figures in which no swap was seen. No DOM here.

import { blocksOf } from "./blocks.js";
import { countBelow } from "./codepoints.js";

const FIGURE =
  /(?:[£$€¥]\s?)?\d+(?:[.,:/\u2013-]\d+)*(?:\s?%|\s(?:per\scent|percent|thousand|million|billion|trillion)\b|(?:st|nd|rd|th|s|km|kg|cm|mm|m|bn)\b)?/gu;
const WORD = /\p{L}[\p{L}\p{M}\p{N}]*(?:[’'-]\p{L}[\p{L}\p{M}\p{N}]*)*/gu;
const CALENDAR = new Set(
  ("monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september" +
    " october november december").split(" "),
);
const TITLES = new Set("mr mrs ms dr prof st sir dame lord lady sen gov rev capt gen col sgt".split(" "));
const PARTICLES = new Set("of de da di do du van von der den la le el al bin ibn".split(" "));
// Words with a capital that begin sentences far more often than names.
const ORDINARY = new Set(
  ("a an the i he she it we they you his her its our their my your this that these those there here who what when where" +
    " why how which while if because although though since until before after as at by for from in into of on to up with" +
    " without and but or nor so yet not no yes some any all both each most more many much few other others another such" +
    " one then now also even only just still however meanwhile today yesterday tomorrow nobody everyone someone nothing" +
    " is are was were be been do does did has have had will would can could should may might must let").split(" "),
);

/**
 * `{names, figures}`: lists of `{word, times, from, to}` in order of first appearance; `from` and `to` are the first
 * place in UTF-16 units. `marks` are the swapped places, `{from, to}`, in order.
 */
export function factsOf(text, marks) {
  const ends = marks.map((mark) => mark.to);
  const untouched = ({ from, to }) => {
    const next = marks[countBelow(ends, from + 1)];
    return next === undefined || next.from >= to;
  };
  const figures = [...text.matchAll(FIGURE)]
    .map((match) => ({ word: match[0].replace(/\s+/g, " "), from: match.index, to: match.index + match[0].length }))
    .filter(({ from, to }) => !/\p{L}/u.test(text.slice(from - 1, from)) && !/[\p{L}\p{N}]/u.test(text.slice(to, to + 1)));
  const { names, dates } = named(text);
  return {
    names: tally(names.filter(untouched)),
    figures: tally([...figures, ...dates].filter(untouched).sort((a, b) => a.from - b.from)),
  };
}

/** Capitalised words in a row that are likely to be names, and days and months. */
function named(text) {
  const names = [];
  const dates = [];
  const lower = new Set([...text.matchAll(WORD)].map((match) => match[0]).filter((word) => word === word.toLowerCase()));
  const doubtful = []; // alone at the start of a sentence: a name only if it is one elsewhere
  for (const block of blocksOf(text)) {
    const words = wordsIn(text, block);
    const capitals = words.filter((word) => word.capital).length;
    if (block.heading && capitals > 0.6 * words.length) continue; // capitals of a headline say nothing
    for (const row of rows(text, words)) {
      const month = (word) => CALENDAR.has(word.key) && !word.first; // "May" within a sentence
      const ordinary = (word) => (ORDINARY.has(word.key) && !month(word)) || (word.first && lower.has(word.key));
      while (row.length > 0 && (ordinary(row[0]) || PARTICLES.has(row[0].key))) row.shift();
      while (row.length > 0 && (ordinary(row.at(-1)) || PARTICLES.has(row.at(-1).key))) row.pop();
      if (row.length === 0) continue;
      const [from, to] = [row[0].from, row.at(-1).to];
      const name = { word: text.slice(from, to).replace(/\s+/g, " ").replace(/[’']s$/, ""), from, to };
      if (row.every((word) => CALENDAR.has(word.key))) dates.push(name);
      else if (row.length === 1 && row[0].first) doubtful.push(name);
      else if (!(row.length === 1 && TITLES.has(row[0].key))) names.push(name);
    }
  }
  const known = new Set(names.flatMap((name) => name.word.split(" ")));
  names.push(...doubtful.filter((name) => known.has(name.word)));
  names.sort((a, b) => a.from - b.from);
  return { names, dates };
}

function wordsIn(text, { start, end }) {
  return [...text.slice(start, end).matchAll(WORD)].map((match) => {
    const from = start + match.index;
    const before = text.slice(Math.max(start, from - 8), from);
    const title = /(\p{L}+)\.\s*$/u.exec(before);
    const after = match.index === 0 || /[.!?:…]["”’')\]]*\s+["“‘'([]*$|^\s*$|["“]$|\n\s*$/.test(before);
    return {
      from,
      to: from + match[0].length,
      key: match[0].toLowerCase().replace(/[’']s$/, ""),
      capital: /^\p{Lu}/u.test(match[0]),
      first: after && !(title && TITLES.has(title[1].toLowerCase())),
    };
  });
}

/** Runs of capitalised words with nothing but a space (or a title's full stop) between; a particle may join two. */
function rows(text, words) {
  const found = [];
  let row = [];
  words.forEach((word, i) => {
    const next = words[i + 1];
    const joined = row.length > 0 && /^(?:[ \u00a0]|\. )$/.test(text.slice(row.at(-1).to, word.from)) && !word.first;
    const particle = joined && PARTICLES.has(word.key) && next?.capital && text.slice(word.to, next.from) === " ";
    if (row.length > 0 && !(joined && (word.capital || particle))) {
      found.push(row);
      row = [];
    }
    if (word.capital || particle) row.push(word);
  });
  if (row.length > 0) found.push(row);
  return found;
}

function tally(places) {
  const counted = new Map();
  for (const place of places) {
    const known = counted.get(place.word);
    if (known) known.times += 1;
    else counted.set(place.word, { ...place, times: 1 });
  }
  return [...counted.values()];
}
