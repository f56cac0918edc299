// Where a text comes in: pasted, dropped or opened.

import { announce, byId } from "./dom.js";
import { EXAMPLE } from "./example.js";
import { count, plural } from "./wording.js";

const TAKEN = /\.(?:txt|text|md|markdown|html?|xhtml|pdf|docx|odt|epub|tex|latex|ltx|xml|nxml|tei)$/i;
const ADDRESS = /^https?:\/\/[^\s\x00-\x20\x7f]+$/i;
const LONGEST_ADDRESS = 2000; // as the API takes it

export class StartView {
  /**
   * `read(text, name)`, `open(files)` and `fetch(address)` take what came in; `stop()` ends the reading that is under way.
   * `fetches` says whether the server fetches addresses.
   */
  constructor({ read, open, fetch, stop }) {
    this.fetches = false;
    this.read = read;
    this.open = open;
    const paper = byId("paper");
    paper.addEventListener("input", () => this.#count());
    paper.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.#submit();
    });
    paper.addEventListener("paste", (event) => this.#pasted(event));
    document.addEventListener("paste", (event) => {
      if (!byId("start").hidden && event.target !== paper) this.#pasted(event, true);
    });
    byId("read").addEventListener("click", () => this.#submit());
    byId("stop").addEventListener("click", stop);
    byId("fetch").addEventListener("click", () => {
      if (byId("read").disabled) return;
      this.say(null);
      fetch(this.text.trim());
    });
    byId("example").addEventListener("click", () => {
      this.text = EXAMPLE;
      this.#submit("An example");
    });
    for (const button of document.querySelectorAll("[data-open-files]")) button.addEventListener("click", () => byId("files").click());
    byId("files").addEventListener("change", (event) => {
      const files = [...event.target.files];
      event.target.value = ""; // so that the same file can be opened again
      this.#take(files);
    });
    this.#listenToDrops();
    this.#count();
  }

  get text() {
    return byId("paper").value;
  }

  set text(text) {
    byId("paper").value = text;
    this.#count();
  }

  /** From now on, offer to fetch a text that is nothing but an address. */
  offerToFetch() {
    this.fetches = true;
    this.#count();
  }

  /** One line about what went wrong, or null for none. */
  say(message) {
    const line = byId("start-error");
    line.hidden = message === null;
    line.textContent = message ?? "";
    byId("paper").setAttribute("aria-invalid", String(message !== null && this.text === ""));
  }

  /** While something is read: how far it is, from 0 to 1; null when nothing is. */
  busy(done, words = "Reading …") {
    const still = done === null;
    byId("start-progress").hidden = still;
    byId("read").disabled = !still;
    byId("fetch").disabled = !still;
    if (still) return;
    byId("start-words").textContent = words;
    if (done > 0) byId("start-bar").value = done;
    else byId("start-bar").removeAttribute("value");
  }

  #submit(name = "Pasted text") {
    if (byId("read").disabled) return;
    if (this.text.trim() === "") {
      this.say("There is no text yet: paste some, or drop a file.");
      byId("paper").focus();
      return;
    }
    this.say(null);
    this.read(this.text, name);
  }

  #take(files) {
    if (files.length === 0) return;
    const taken = files.filter((file) => TAKEN.test(file.name));
    if (taken.length === 0) {
      this.say(`${files.length === 1 ? `“${files[0].name}” is` : "These are"} no .txt, .html, .pdf, .docx, .odt, .epub, .md, .tex or .xml; save as one of these and try again.`);
      return;
    }
    this.say(null);
    this.open(taken, files.filter((file) => !taken.includes(file)));
  }

  #pasted(event, elsewhere = false) {
    const { files } = event.clipboardData;
    if (files.length > 0) {
      event.preventDefault();
      this.#take([...files]);
    } else if (elsewhere) {
      const text = event.clipboardData.getData("text/plain");
      if (!text) return;
      this.text = text;
      byId("paper").focus();
    }
  }

  #listenToDrops() {
    let depth = 0; // dragenter and dragleave come for every child
    const carries = (event) => [...(event.dataTransfer?.types ?? [])].some((type) => type === "Files" || type === "text/plain");
    const mark = (on) => document.body.classList.toggle("dropping", on);
    document.addEventListener("dragenter", (event) => {
      if (!carries(event)) return;
      depth += 1;
      mark(true);
    });
    document.addEventListener("dragleave", (event) => {
      if (!carries(event)) return;
      depth = Math.max(0, depth - 1);
      if (depth === 0) mark(false);
    });
    document.addEventListener("dragover", (event) => carries(event) && event.preventDefault());
    document.addEventListener("drop", (event) => {
      if (!carries(event)) return;
      event.preventDefault();
      depth = 0;
      mark(false);
      if (event.target.closest?.("#compare-box")) return; // a source, not a text to read
      const { files } = event.dataTransfer;
      if (files.length > 0) this.#take([...files]);
      else if (!byId("start").hidden) this.text = event.dataTransfer.getData("text/plain");
    });
  }

  #offer(address) {
    const offered = this.fetches && address.length <= LONGEST_ADDRESS && ADDRESS.test(address);
    if (offered && byId("fetch").hidden) announce("This is an address; a button below the text fetches the page");
    byId("fetch").hidden = !offered;
  }

  #count() {
    const words = this.text.match(/\S+/g)?.length ?? 0;
    this.#offer(this.text.trim());
    byId("word-count").textContent = words === 0 ? "" : plural(words, "word");
    byId("paper-frame").toggleAttribute("data-filled", words > 0);
    if (words > 0) byId("paper").setAttribute("aria-invalid", "false");
  }
}

export const skippedWords = (files) =>
  files.length === 0 ? null : `Left out, not a format that is read here: ${files.slice(0, 3).map((file) => file.name).join(", ")}${files.length > 3 ? ` and ${count(files.length - 3)} more` : ""}`;
