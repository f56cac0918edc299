// Beside the text: the quotations, and the names and figures in which no swap was seen. And the strip above it.

import { byId, el, fill, svg } from "./dom.js";
import { factsOf } from "./facts.js";
import { swapsOf } from "./swaps.js";
import { chance, count, plural } from "./wording.js";

const STRIP_BINS = 320;
const MOST_SWAPS = 1000; // rows; a list of more is no help, and slow
const HEADS = [["order", "No."], ["found", "Found"], ["now", "Restored"], ["confidence", "Sure"], ["times", "Times"]];

/** The quotations of a reading: what the page says, and what was probably said. `text` gives the marked excerpts. */
export function showQuotations(element, choices, text) {
  const { quotations } = choices.reading;
  const made = choices.substitutions();
  const now = choices.count ? quotations.map((quotation) => choices.quotation(quotation, made)) : quotations;
  const altered = now.filter((quotation) => quotation.altered).length;
  const said = (quotation, restored) => el("blockquote", {}, "“", text.excerpt(quotation.start, quotation.end, restored), "”");
  fill(
    element,
    el("p", { class: "lead" }, leadFor(now.length, altered)),
    now.map((quotation, i) =>
      el(
        "article", { class: quotation.altered ? "quotation altered" : "quotation", data: { start: quotation.start } },
        el(
          "h2", {},
          quotation.speaker ?? el("em", {}, "Speaker not named"),
          el("button", { type: "button", class: "locate", "aria-label": `Show quotation ${i + 1} in the text`, data: { at: quotation.start } }, "¶"),
        ),
        quotation.altered
          ? [
              el("h3", {}, "The page says"), said(quotation, false),
              el("h3", {}, "Was probably said"), said(quotation, true),
            ]
          : [el("h3", {}, "Unchanged"), said(quotation, false)],
      ),
    ),
  );
  return now.length;
}

function leadFor(all, altered) {
  if (all === 0) return "No direct quotations in this text.";
  if (altered === 0) return `${plural(all, "quotation")}, none of them altered.`;
  return `${altered} of ${plural(all, "quotation")} ${altered === 1 ? "was" : "were"} altered.`;
}

/** In place of a list that is known only when all of the text is read. */
export function showUnknown(element, growing) {
  fill(element, el("p", { class: "lead" }, growing ? "…" : "Not known: the text was not read to its end."));
}

/** Names and figures that no swapped word touches; a click leads to the first place of each. */
export function showFacts(element, text) {
  const { names, figures } = factsOf(text.text, text.marks);
  const list = (title, items) => [
    el("h2", {}, title),
    items.length === 0
      ? el("p", { class: "lead" }, "None.")
      : el("ul", { class: "facts" }, items.map(({ word, times, from }) =>
          el("li", {}, el("button", { type: "button", class: "fact", data: { unit: from } }, word, times > 1 && el("small", {}, ` ×${times}`))),
        )),
  ];
  fill(
    element,
    el("p", { class: "lead" }, "No swap was seen in these. One that was missed may still be among them."),
    list("Names", names),
    list("Figures and dates", figures),
  );
  return names.length + figures.length;
}

/** Each distinct swap once, in a table whose heads sort it; a click leads to its first place. Returns how many there are. */
export function showSwaps(element, choices, filter, { key, descending }) {
  const swaps = swapsOf(choices, filter, key, descending);
  const all = swapsOf(choices, "all").length;
  const head = ([name, words]) =>
    el(
      "th", { scope: "col", class: `${name}-cell`, "aria-sort": name === key ? (descending ? "descending" : "ascending") : null },
      el("button", { type: "button", data: { sort: name } }, words),
    );
  const row = ({ found, now, confidence, places }) =>
    el(
      "tr", {},
      el("td", { class: "order-cell" }, el("button", { type: "button", class: "locate", data: { go: places[0] }, "aria-label": `Show “${found}” in the text` }, count(places[0] + 1))),
      el("td", { class: "found-cell" }, found),
      el("td", { class: "now-cell" }, now === "" ? el("em", {}, "nothing") : now === found ? el("em", {}, "as found") : now),
      el("td", { class: "confidence-cell" }, confidence === null ? "yours" : chance(confidence)),
      el("td", { class: "times-cell" }, count(places.length)),
    );
  const lead = swaps.length === all ? `${plural(all, "distinct swap")}.` : `${count(swaps.length)} of ${plural(all, "distinct swap")}.`;
  fill(
    element,
    el("p", { class: "lead" }, all === 0 ? "No word of this text looks swapped." : lead),
    swaps.length > 0 &&
      el(
        "table", { class: "swaps" },
        el("caption", { class: "visually-hidden" }, "Swaps; the buttons in the head sort the table"),
        el("thead", {}, el("tr", {}, HEADS.map(head))),
        el("tbody", {}, swaps.slice(0, MOST_SWAPS).map(row)),
      ),
    swaps.length > MOST_SWAPS && el("p", { class: "lead" }, `and ${count(swaps.length - MOST_SWAPS)} more; the CSV has them all.`),
  );
  return all;
}

/** Where in the document the swapped words lie: one thin line of bars, over the parts that read as spun. */
export function showStrip(element, choices, marks, length, parts = []) {
  const bins = new Array(STRIP_BINS).fill(0);
  marks.forEach(({ from }, place) => {
    if (choices.state(place) !== "left") bins[Math.min(STRIP_BINS - 1, Math.floor((from / Math.max(1, length)) * STRIP_BINS))] += 1;
  });
  const most = Math.max(1, ...bins);
  const path = bins.map((n, i) => (n ? `M${i + 0.5} 20V${(20 - (4 + 16 * (n / most))).toFixed(1)}` : "")).join("");
  const scale = STRIP_BINS / Math.max(1, length);
  const bands = parts.map(({ from, to }) => svg("rect", { x: from * scale, y: 0, width: (to - from) * scale, height: 20, class: "strip-part" }));
  fill(
    element,
    svg("svg", { viewBox: `0 0 ${STRIP_BINS} 20`, preserveAspectRatio: "none" }, bands, svg("path", { d: path, class: "strip-bars" })),
  );
}

/** A row of tabs and their panels: one tab stop, the arrow keys go from tab to tab. */
export function tabbed(list) {
  const tabs = [...list.querySelectorAll("[role=tab]")];
  const select = (chosen) => {
    for (const tab of tabs) {
      const on = tab === chosen;
      tab.setAttribute("aria-selected", String(on));
      tab.tabIndex = on ? 0 : -1;
      byId(tab.getAttribute("aria-controls")).hidden = !on;
    }
    chosen.focus();
  };
  list.addEventListener("click", (event) => {
    const tab = event.target.closest("[role=tab]");
    if (tab) select(tab);
  });
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const at = tabs.indexOf(document.activeElement);
    if (step === undefined || at < 0) return;
    select(tabs[(at + step + tabs.length) % tabs.length]);
    event.preventDefault();
  });
}
