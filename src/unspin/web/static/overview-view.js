// Several documents at once: a table that can be sorted, and a histogram of their false-positive rates.
// The score itself is not shown: it grows with the length of a text.

import { announce, byId, el, fill, svg } from "./dom.js";
import { closeMenu, save } from "./keep.js";
import { binned, sorted } from "./table.js";
import { count, percent, plural, rateInFigures } from "./wording.js";

const STATES = { waiting: "waiting", reading: "reading …", failed: "could not be read" };

const VERDICTS = { spun: "spun", written: "written", unjudged: "not judged" };

const KEYS = {
  name: (document) => document.name,
  verdict: (document) => (document.state === "done" ? { spun: 0, written: 1, unjudged: 2 }[document.reading.verdict] : 3),
  rate: (document) => judged(document)?.false_positive_rate,
  share: (document) => judged(document) && document.choices.counts().share,
  words: (document) => (document.state === "done" ? document.reading.words : null),
};

function judged(document) {
  return document.state === "done" && document.reading.verdict !== "unjudged" ? document.reading : null;
}

export class OverviewView {
  #sort = { key: "rate", descending: false };

  /** `open(document)` shows one; `again(document)` reads one that failed once more. */
  constructor({ open, again }) {
    this.documents = [];
    byId("overview-head").addEventListener("click", (event) => {
      const key = event.target.closest("button")?.dataset.sort;
      if (!key) return;
      const descending = this.#sort.key === key ? !this.#sort.descending : ["share", "words"].includes(key);
      this.#sort = { key, descending };
      this.show();
      announce(`Sorted by ${event.target.closest("button").textContent.trim()}, ${descending ? "descending" : "ascending"}`);
    });
    byId("overview-rows").addEventListener("click", (event) => {
      const button = event.target.closest("button");
      const number = Number(event.target.closest("tr")?.dataset.number);
      const document = this.documents.find((each) => each.number === number);
      if (button?.dataset.action === "again") again(document);
      else if (document?.state === "done" && getSelection().isCollapsed) open(document);
    });
    byId("overview-save").addEventListener("click", (event) => {
      const format = event.target.closest("[data-format]")?.dataset.format;
      if (format) this.#save(format);
    });
  }

  show(documents = this.documents) {
    this.documents = documents;
    const done = documents.filter((document) => document.state === "done");
    const busy = documents.filter((document) => ["waiting", "reading"].includes(document.state)).length;
    const spun = done.filter((document) => document.reading.spun).length;
    const failed = documents.length - done.length - busy;
    byId("overview-title").textContent = spun
      ? `${spun} of ${plural(documents.length, "document")} ${spun === 1 ? "reads" : "read"} as machine-spun`
      : busy ? plural(documents.length, "document") : `None of ${plural(documents.length, "document")} reads as machine-spun`;
    byId("overview-grounds").textContent = [
      busy && `${busy} still to read`,
      failed && `${failed} could not be read`,
    ].filter(Boolean).join("; ");
    byId("overview-progress").hidden = busy === 0;
    byId("overview-bar").value = documents.reduce((sum, document) => sum + (document.state === "failed" ? 1 : document.done), 0) / documents.length;
    byId("overview-save").querySelector("summary").textContent = busy ? `Save the ${done.length} read so far` : "Save all";
    for (const button of byId("overview-save").querySelectorAll("button")) button.disabled = done.length === 0;
    this.#showHead();
    this.#showRows();
    this.#showHistogram(documents.map(judged).filter(Boolean));
  }

  #showHead() {
    for (const heading of byId("overview-head").querySelectorAll("th")) {
      const on = heading.querySelector("button")?.dataset.sort === this.#sort.key;
      if (on) heading.setAttribute("aria-sort", this.#sort.descending ? "descending" : "ascending");
      else heading.removeAttribute("aria-sort");
    }
  }

  #showRows() {
    const { key, descending } = this.#sort;
    const body = byId("overview-rows");
    const focused = body.contains(document.activeElement) ? document.activeElement.closest("tr").dataset.number : null;
    const ordered = sorted(sorted(this.documents, KEYS.share, true), KEYS[key], descending); // equal ones by their share
    fill(body, ordered.map(row));
    if (focused !== null) body.querySelector(`tr[data-number="${focused}"] button`)?.focus();
  }

  #showHistogram(readings) {
    const box = byId("histogram");
    box.hidden = readings.length < 2;
    if (box.hidden) return;
    const bins = binned(readings);
    const most = Math.max(...bins.map((bin) => bin.spun + bin.written));
    const [width, height] = [100 / bins.length, 100];
    const bars = bins.flatMap((bin, i) => {
      const [written, spun] = [(height * bin.written) / most, (height * bin.spun) / most];
      const place = { x: i * width + width * 0.06, width: width * 0.88 };
      const words = `${i === 0 ? "more often than 1 in 10" : rateInFigures(bin.most)}: ${bin.spun} spun, ${bin.written} written`;
      return [
        bin.written > 0 && svg("rect", { ...place, y: height - written, height: written, class: "bar-written" }, svg("title", {}, words)),
        bin.spun > 0 && svg("rect", { ...place, y: height - written - spun, height: spun, class: "bar-spun" }, svg("title", {}, words)),
      ];
    });
    const spun = readings.filter((reading) => reading.spun).length;
    const rates = readings.map((reading) => reading.false_positive_rate);
    const summary = `Histogram of ${plural(readings.length, "document")} by how many ordinary texts score as high, from ` +
      `${rateInFigures(Math.max(...rates))} to ${rateInFigures(Math.min(...rates))}: ${spun} spun, ${readings.length - spun} written`;
    fill(
      byId("histogram-plot"),
      svg("svg", { viewBox: "0 0 100 100", preserveAspectRatio: "none", role: "img", "aria-label": summary }, ...bars.filter(Boolean)),
      el("div", { class: "axis", "aria-hidden": "true" }, el("span", {}, "often"), el("span", {}, rateInFigures(bins[bins.length / 2].most)), el("span", {}, rateInFigures(bins.at(-1).most))),
    );
    byId("histogram-most").textContent = count(most);
  }

  async #save(format) {
    const line = byId("overview-error");
    line.hidden = true;
    closeMenu(byId("overview-save"));
    try {
      await save(this.documents.filter((document) => document.state === "done"), format, byId("overview-public").checked);
    } catch (error) {
      line.hidden = false;
      line.textContent = error.message;
    }
  }
}

function row(document) {
  const { name, number, state, reading } = document;
  if (state !== "done") {
    return el(
      "tr", { class: state, data: { number } },
      el("th", { scope: "row" }, el("span", { class: "open" }, name)),
      el(
        "td", { colspan: "4", class: "state" },
        state === "failed" ? ["Could not be read: ", document.reason, document.mayBeReadAgain && [" ", el("button", { type: "button", class: "quiet", data: { action: "again" } }, "Try again")]] : STATES[state],
      ),
    );
  }
  const known = judged(document);
  const { share } = document.choices.counts();
  const meter = el("span", { class: "meter", "aria-hidden": "true" });
  meter.style.setProperty("--share", share);
  return el(
    "tr", { class: reading.verdict, data: { number } },
    el("th", { scope: "row" }, el("button", { type: "button", class: "open" }, name)),
    el("td", { class: "verdict-cell" }, VERDICTS[reading.verdict]),
    el("td", { class: "number rate" }, known ? rateInFigures(reading.false_positive_rate) : "–"),
    el("td", { class: "number share-cell" }, known ? [meter, el("span", { class: "figure" }, percent(share))] : "–"),
    el("td", { class: "number words-cell" }, count(reading.words)),
  );
}
