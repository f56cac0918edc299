// A restored text as a file of its own: as it is, or as Markdown. No DOM here.

import { blocksOf } from "./blocks.js";

const SIGNS = /[\\`*_[\]{}~|$^]/g;
const HTML = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };
const AT_START = /^(?:[#+=-]|\d{1,9}(?=[.)]))/;

/** A text as Markdown that shows it as it stands: a block a paragraph, a heading for what looks like one. As in report/markdown.py. */
export function markdownOf(text) {
  const blocks = blocksOf(text).map(({ start, end, heading }, i) => {
    const line = escaped(text.slice(start, end));
    return heading ? `${i === 0 ? "#" : "##"} ${line}` : line;
  });
  return `${blocks.join("\n\n")}\n`;
}

function escaped(text) {
  const line = text.trim().replace(/\s+/g, " ").replace(SIGNS, "\\$&").replace(/[&<>]/g, (sign) => HTML[sign]);
  return line.replace(AT_START, (sign) => (/\d/.test(sign) ? sign : `\\${sign}`)).replace(/^(\d{1,9})([.)])/, "$1\\$2");
}

/** The name of the file of a restored text, never that of its source. As in web/export.py. */
export function fileNameFor(name, suffix) {
  const stem = name
    .split(/[/\\]/).at(-1)
    .replace(/\.(txt|text|md|markdown|html?|xhtml|pdf|docx|odt|epub|tex|latex|ltx|xml|nxml|tei)$/i, "")
    .replace(/[<>:"|?*\p{C}]/gu, "")
    .replace(/^[ .]+|[ .]+$/g, "")
    .slice(0, 100);
  return `${stem ? `${stem}-restored` : "unspin"}.${suffix}`;
}
