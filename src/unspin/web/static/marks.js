// A swapped word as an element, in the text or in a quotation.

import { el } from "./dom.js";
import { sureness } from "./wording.js";

/** The restored word at a place. With `focusable`, it takes part in keyboard navigation and has an id. */
export function markFor(choices, place, focusable = false) {
  const properties = { class: "mark", data: { place } };
  const mark = el(
    "span",
    focusable
      ? { ...properties, id: `mark-${place}`, role: "button", tabindex: "-1", "aria-haspopup": "dialog", "aria-expanded": "false" }
      : properties,
  );
  dress(mark, choices, place);
  return mark;
}

/** What the page says at a place; with `inText` it has an id. */
export function foundFor(choices, place, inText = false) {
  const { found } = choices.reading.substitutions[place];
  return el("span", { class: `mark was ${kindOf(choices, place)}`, id: inText ? `was-${place}` : null, data: { place } }, found);
}

/** The untouched article before a place; marked only where it had to change with the word. It leads to that word. */
export function articleFor(choices, place, inText = false) {
  const article = el("span", { id: inText ? `article-${place}` : null, data: { place } });
  dressArticle(article, choices, place);
  return article;
}

/** Bring an article up to date with what was chosen after it. */
export function dressArticle(element, choices, place) {
  const { found, word } = choices.article(place);
  element.textContent = word;
  element.className = word === found ? "" : "mark chosen";
  if (word === found) delete element.dataset.found;
  else element.dataset.found = found;
}

/** Bring an element up to date with what was chosen at its place. */
export function dress(mark, choices, place) {
  const { found } = choices.reading.substitutions[place];
  const word = choices.word(place);
  const was = mark.classList.contains("was");
  const lit = mark.classList.contains("lit");
  const gone = !was && word === "";
  mark.className = `mark ${kindOf(choices, place)}${was ? " was" : ""}${gone ? " gone" : ""}${lit ? " lit" : ""}`;
  if (was) return;
  mark.textContent = word;
  if (gone) mark.setAttribute("aria-label", `removed: ${found.trim()}`);
  else mark.removeAttribute("aria-label");
  if (gone && !mark.id) mark.setAttribute("role", "img"); // a sign in place of a word, in a quotation; in the text it is a button
  else if (!mark.id) mark.removeAttribute("role");
  if (["left", "open"].includes(choices.state(place))) delete mark.dataset.found;
  else mark.dataset.found = found.trim();
}

function kindOf(choices, place) {
  const state = choices.state(place);
  if (state === "open") return "guess";
  return state === "restored" ? sureness(choices.reading.substitutions[place].confidence) : state;
}
