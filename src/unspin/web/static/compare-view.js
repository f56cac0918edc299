// The page beside its source: what was changed on top, both texts below, linked passage by passage, scrolling together.

import { compared, comparedFile, traced } from "./api.js";
import { changedFirst, follow, sidesOf } from "./compare.js";
import { announce, byId, el, fill } from "./dom.js";
import { percent, plural } from "./wording.js";

const SIDES = ["page", "source"];
const MOST = 50; // changed places of one kind that are listed; the texts below show them all
const HOW = { swapped: "stands for another", inserted: "put in", dropped: "left out on the page", rewritten: "rewritten" };
const KINDS = { figure: "Figure", date: "Date", name: "Name" };

export class CompareView {
  #stop = null;
  #leading = "page"; // the side that is scrolled by hand
  #anchors = null;

  constructor() {
    this.archive = false; // whether the server has one
    this.document = null;
    byId("compare").addEventListener("click", () => this.#submit());
    byId("compare-text").addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.#submit();
    });
    byId("compare-open").addEventListener("click", () => byId("compare-file").click());
    byId("compare-file").addEventListener("change", (event) => {
      const [file] = event.target.files;
      event.target.value = "";
      if (file) this.#against(file);
    });
    byId("compare-box").addEventListener("drop", (event) => {
      event.preventDefault(); // the page itself looks away from what is dropped here
      const [file] = event.dataTransfer.files;
      if (file) this.#against(file);
      else byId("compare-text").value = event.dataTransfer.getData("text/plain");
    });
    byId("compare-close").addEventListener("click", () => {
      this.document.comparison = null;
      this.#show();
      byId("compare-text").focus();
    });
    byId("compare-found").addEventListener("click", (event) => {
      const { source } = event.target.closest("button")?.dataset ?? {};
      if (source !== undefined) this.#lay(this.document.sources[Number(source)].comparison);
    });
    byId("compare-result").addEventListener("click", (event) => this.#clicked(event));
    for (const side of SIDES) {
      const pane = byId(`compare-${side}`);
      for (const kind of ["pointerenter", "focusin", "wheel", "touchstart", "keydown"]) {
        pane.addEventListener(kind, () => (this.#leading = side), { passive: true });
      }
      pane.addEventListener("scroll", () => this.#scrolled(side), { passive: true });
    }
    addEventListener("resize", () => (this.#anchors = null));
  }

  /** A document is shown; what was found of its source is shown again. */
  open(document) {
    this.#stop?.abort();
    this.document = document;
    this.#busy(null);
    this.#say(null);
    byId("compare-box").open = Boolean(document.comparison || document.sources?.length);
    this.#showFound();
    this.#show();
  }

  /** The document shown was read: ask the archive, where there is one. */
  async ask(document) {
    if (!this.archive || document.sources !== undefined || document.reading.verdict === "unjudged") return;
    document.sources = [];
    try {
      const found = await traced(document.reading.text);
      document.sources = found.sources.map((source) => ({ ...source, comparison: { ...source.comparison, page: found.page, says: null } }));
    } catch (error) {
      document.sources = undefined;
      if (document === this.document) this.#say(error);
      return;
    }
    if (document !== this.document || document.sources.length === 0) return;
    byId("compare-box").open = true;
    this.#showFound();
    announce(`The archive has ${plural(document.sources.length, "source")} of this text`);
  }

  #showFound() {
    const sources = this.document.sources ?? [];
    byId("compare-archive").hidden = sources.length === 0;
    fill(
      byId("compare-found"),
      sources.map((source, number) =>
        el(
          "li",
          {},
          el("button", { type: "button", data: { source: number } }, source.id),
          el("span", {}, [source.date, `a source with probability ${source.probability.toFixed(2)}`, `${percent(source.comparison.explained)} of the page`].filter(Boolean).join(", ")),
        ),
      ),
    );
  }

  #submit() {
    const text = byId("compare-text").value;
    if (text.trim() !== "") return this.#against(text);
    this.#say(new Error("There is no source yet: paste one, or drop a file."));
    byId("compare-text").focus();
  }

  async #against(source) {
    const { document } = this;
    this.#stop?.abort();
    const stop = new AbortController();
    this.#stop = stop;
    this.#say(null);
    this.#busy("Comparing …");
    try {
      const ask = typeof source === "string" ? compared : comparedFile;
      const comparison = await ask(document.reading.text, source, stop.signal);
      if (stop !== this.#stop || document !== this.document) return;
      this.#busy(null); // before anything is scrolled to: its words take a line on a narrow screen
      this.#lay(comparison);
    } catch (error) {
      if (error.name !== "AbortError" && document === this.document) this.#say(error);
    }
    if (stop === this.#stop) this.#busy(null);
  }

  #lay(comparison) {
    this.document.comparison = comparison;
    this.#show();
    const heading = byId("compare-says");
    heading.focus({ preventScroll: true });
    heading.scrollIntoView({ block: "start", behavior: "instant" });
    announce(heading.textContent);
  }

  #busy(words) {
    byId("compare").disabled = words !== null;
    byId("compare-busy").textContent = words ?? "";
  }

  #say(error) {
    const line = byId("compare-error");
    line.hidden = error === null;
    line.textContent = error?.message ?? "";
  }

  // --- the result

  #show() {
    const { comparison } = this.document;
    byId("compare-result").hidden = !comparison;
    this.#anchors = null;
    if (!comparison) return;
    byId("compare-says").textContent = comparison.says ?? saysOf(comparison);
    this.#showChanged(comparison);
    const runs = sidesOf(comparison);
    for (const side of SIDES) {
      fill(byId(`compare-${side}-text`), passagesOf(runs[side], side));
      byId(`compare-${side}`).scrollTop = 0;
    }
  }

  #showChanged(comparison) {
    const { quotations, facts } = changedFirst(comparison);
    const row = (what, found, original) =>
      el("tr", {}, el("th", { scope: "row" }, what), el("td", {}, original || "(nothing)"), el("td", {}, found || "(nothing)"));
    const more = (all) => all.length > MOST && el("p", {}, `… and ${plural(all.length - MOST, "more place", "more places")}, in the texts below`);
    const table = (title, rows) =>
      rows.length > 0 &&
      el(
        "table",
        { class: "changed" },
        el("caption", {}, title),
        el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "What"), el("th", { scope: "col" }, "The source says"), el("th", { scope: "col" }, "The page says"))),
        el("tbody", {}, rows.slice(0, MOST)),
      );
    fill(
      byId("compare-changed"),
      table("Quotations that were altered", quotations.map((pair) => row(pair.speaker ?? "Speaker not named", pair.found, pair.original))),
      more(quotations),
      table("Figures, dates and names that differ", facts.map((fact) => row(KINDS[fact.kind], fact.found, fact.original))),
      more(facts),
      quotations.length + facts.length === 0 && comparison.passages.length > 0 && el("p", {}, "No quotation, figure, date or name differs."),
    );
  }

  /** A passage was chosen: the other side goes there, and so does the focus. */
  #clicked(event) {
    const link = event.target.closest(".to-other");
    if (!link) return;
    const { side, passage } = link.dataset;
    const other = SIDES.find((each) => each !== side);
    this.#leading = other;
    const there = byId(`compare-${other}-${passage}`);
    there.scrollIntoView({ block: "nearest" });
    there.focus({ preventScroll: true });
    announce(`Passage ${Number(passage) + 1} in the ${other}`);
  }

  #scrolled(side) {
    if (side !== this.#leading) return;
    this.#anchors ??= Object.fromEntries(SIDES.map((each) => [each, anchorsOf(each)]));
    const other = SIDES.find((each) => each !== side);
    byId(`compare-${other}`).scrollTop = follow(this.#anchors[side], byId(`compare-${side}`).scrollTop);
  }
}

/** What is said of a source from the archive, which has no sentence of its own. */
function saysOf({ explained, used }) {
  return `${percent(explained)} of the page follows the source word by word, and ${percent(used)} of the source is used`;
}

/** The text of a side: passages as elements with a link to the other side, changed places marked. */
function passagesOf(runs, side) {
  const parts = [];
  let open = null;
  for (const { text, passage, how, change } of runs) {
    const run = how === null ? text : el("mark", { class: how, title: HOW[how], data: { change } }, text);
    if (passage === null) parts.push(run);
    else if (open?.dataset.passage === String(passage)) open.append(run);
    else {
      const other = side === "page" ? "source" : "page";
      const name = `Passage ${passage + 1}, to the ${other}`;
      const link = el("button", { type: "button", class: "to-other", id: `compare-${side}-${passage}`, "aria-label": name, title: name, data: { side, passage } }, String(passage + 1));
      open = el("span", { class: "passage", data: { passage } }, link, run);
      parts.push(open);
    }
  }
  return parts;
}

/** Where the passages lie on one side, and on the other, in pixels of their panes. */
function anchorsOf(side) {
  const other = SIDES.find((each) => each !== side);
  return [...byId(`compare-${side}-text`).querySelectorAll(".passage")].map((element) => {
    const counterpart = byId(`compare-${other}-${element.dataset.passage}`).parentElement;
    const [from, to] = extent(byId(`compare-${side}`), element);
    const [otherFrom, otherTo] = extent(byId(`compare-${other}`), counterpart);
    return { from, to, otherFrom, otherTo };
  });
}

function extent(pane, element) {
  const shift = pane.scrollTop - pane.getBoundingClientRect().top;
  const { top, bottom } = element.getBoundingClientRect();
  return [top + shift, bottom + shift];
}
