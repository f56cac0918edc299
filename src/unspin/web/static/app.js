// The page as a whole: its three views, the way between them, and the documents of this session.

import { version } from "./api.js";
import { CompareView } from "./compare-view.js";
import { Document } from "./documents.js";
import { announce, byId } from "./dom.js";
import { OverviewView } from "./overview-view.js";
import { ReadingView } from "./reading-view.js";
import { skippedWords, StartView } from "./start-view.js";
import { percent, plural, verdictInWords } from "./wording.js";

const settings = { shortcuts: true };
const MOST_KEPT = 300;
const MOST_AT_ONCE = 4; // a browser opens six connections to a server, and what is saved meanwhile needs one too
// `documents` are those of the overview, `kept` all that the browser's Back may lead to.
// `parallel` is how many documents are read at a time, `running` ends when the last of those has.
const session = { documents: [], kept: [], reading: null, stop: null, parallel: 1, running: null };

const start = new StartView({ read: readText, open: openFiles, fetch: readAddress, stop: () => session.stop?.abort() });
const reading = new ReadingView({ settings });
const compare = new CompareView();
const overview = new OverviewView({ open: (document) => go({ view: "reading", number: document.number }), again: readAgain });

// --- the way between the views

/** Go to a view and remember it, so that the browser's Back leads where one came from. */
function go(state) {
  history.pushState(state, "", state.view === "start" ? "#" : `#${state.view}`);
  show(state);
}

const goToOverview = () => go({ view: "overview", number: session.documents[0].number });

/** Make these the documents of the overview; those that were stay within the reach of Back. */
function lay(documents, several) {
  session.documents = documents;
  for (const document of documents) Object.assign(document, { batch: documents, several });
  session.kept = [...session.kept.filter((document) => !documents.includes(document)), ...documents].slice(-MOST_KEPT);
}

function show(state) {
  const wanted = state ?? { view: "start" };
  const open = session.kept.find((document) => document.number === wanted.number);
  if (open) session.documents = open.batch;
  const lost = (wanted.view === "reading" && !open?.choices) || (wanted.view === "overview" && !open);
  const view = lost ? "start" : wanted.view;
  const before = ["start", "overview", "reading"].find((id) => !byId(id).hidden);
  for (const id of ["start", "overview", "reading"]) byId(id).hidden = id !== view;
  document.body.dataset.view = view;
  byId("to-overview").hidden = view !== "reading" || !open.several;
  byId("to-start").hidden = view === "start";
  session.reading = view === "reading" ? open : null;
  reading.leave();
  if (view === "reading") {
    reading.open(open);
    compare.open(open);
    if (open.state === "done") compare.ask(open);
  }
  if (view === "overview") overview.show(session.documents);
  document.title = view === "reading" ? `${open.name} – unspin` : "unspin";
  if (before === view) return;
  scrollTo({ top: 0, behavior: "instant" });
  const heading = { start: "paper", overview: "overview-title", reading: "verdict" }[view];
  byId(heading).focus({ preventScroll: true });
}

addEventListener("popstate", (event) => show(event.state));
byId("to-overview").addEventListener("click", () => goToOverview());
for (const id of ["to-start", "wordmark"]) {
  byId(id).addEventListener("click", (event) => {
    event.preventDefault();
    go({ view: "start" });
    byId("paper").select();
  });
}
byId("skip").addEventListener("click", (event) => {
  event.preventDefault();
  const target = { start: "paper", overview: "overview-title", reading: "text" }[document.body.dataset.view];
  byId(target).focus();
  byId(target).scrollIntoView({ block: "start" });
});
addEventListener("beforeunload", (event) => {
  if (session.kept.some((document) => document.unsaved)) event.preventDefault();
});

// --- reading

function readingSettings() {
  const chosen = {};
  const point = Number(byId("operating-point").value);
  if (point !== 1e-4) chosen.operating_point = point;
  if (byId("fill-all").checked) chosen.fill_all = true;
  if (byId("tortured").checked) chosen.tortured = true;
  if (byId("fast").checked) chosen.fast = true;
  return chosen;
}

function readText(text, name) {
  readOne(new Document(text, name));
}

function readAddress(address) {
  readOne(new Document({ address }, address));
}

function openFiles(files, skipped) {
  const documents = files.map((file) => new Document(file, file.name));
  const more = !byId("overview").hidden;
  if (documents.length === 1 && skipped.length === 0 && !more) readOne(documents[0]);
  else readSeveral(more ? [...session.documents, ...documents] : documents, documents, skippedWords(skipped));
}

/** Read one document; its reading opens as soon as something of it is known. */
async function readOne(document) {
  session.stop?.abort();
  const stop = new AbortController();
  session.stop = stop;
  lay([document], false);
  start.say(null);
  start.busy(0, `Reading ${document.name} …`);
  announce("Reading");
  let shown = false;
  await document.read(readingSettings(), () => {
    if (stop !== session.stop) return;
    if (!document.choices) start.busy(document.done);
    else if (!shown) {
      shown = true;
      start.busy(null);
      go({ view: "reading", number: document.number });
    } else if (session.reading === document) reading.update();
    if (document.state === "reading" && document.done > 0) tellProgress(document);
  }, stop.signal);
  if (stop !== session.stop) return;
  start.busy(null);
  if (document.state === "done") {
    announce(`Done. ${verdictInWords(document.reading)}.`);
    if (session.reading === document) compare.ask(document);
    return;
  }
  if (!document.choices) failed(document);
}

/** Said in steps of a quarter: a live region that speaks every moment cannot be listened to. */
function tellProgress(document) {
  const quarter = Math.floor(document.done * 4) / 4;
  if (quarter > (document.told ?? 0) && quarter < 1) announce(`${percent(quarter)} read`);
  document.told = quarter;
}

function failed(document) {
  if (byId("start").hidden) go({ view: "start" });
  if (typeof document.source === "string" && start.text === "") start.text = document.source;
  start.say(document.stopped ? "Stopped. The text is still here." : `${document.name}: ${document.reason}`);
  byId("paper").focus();
}

/** Read several documents, as many at a time as the server reads, and show how they stand meanwhile. */
async function readSeveral(all, added, remark = null) {
  session.stop?.abort();
  const stop = new AbortController();
  session.stop = stop;
  lay(all, true);
  byId("overview-error").hidden = remark === null;
  byId("overview-error").textContent = remark ?? "";
  start.busy(null);
  if (byId("overview").hidden) goToOverview();
  else overview.show(session.documents);
  announce(`Reading ${plural(added.length, "document")}`);
  await session.running; // what was being read until now has been stopped, and is read anew
  if (stop !== session.stop) return;
  const waiting = all.filter((each) => each.state === "waiting" || each.stopped);
  const chosen = readingSettings();
  const readOn = async () => {
    while (stop === session.stop && waiting.length > 0) {
      const document = waiting.shift();
      await document.read(chosen, () => stop === session.stop && refresh(document), stop.signal);
    }
  };
  session.running = Promise.all(Array.from({ length: Math.min(session.parallel, waiting.length) }, readOn));
  await session.running;
  if (stop !== session.stop) return;
  announce(`Done. ${byId("overview-title").textContent}.`);
}

function refresh(document) {
  if (!byId("overview").hidden) overview.show(session.documents);
  if (session.reading === document) reading.update();
}

function readAgain(document) {
  document.state = "waiting";
  readSeveral(session.documents, [document]);
}

// --- settings of the page

byId("stop-growing").addEventListener("click", () => session.stop?.abort());
byId("theme").addEventListener("click", () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  remember("unspin-theme", root.dataset.theme);
  nameTheme();
});

function nameTheme() {
  const { theme } = document.documentElement.dataset;
  const dark = theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  byId("theme").setAttribute("aria-label", dark ? "Light colours" : "Dark colours");
}

byId("shortcuts").addEventListener("change", (event) => {
  settings.shortcuts = event.target.checked;
  remember("unspin-shortcuts", settings.shortcuts ? "on" : "off");
});

function remember(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // storage is closed to this page; it will be asked again next time
  }
}

function recalled(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

// A menu closes when one goes elsewhere.
for (const menu of document.querySelectorAll("details.menu")) {
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
    event.stopPropagation();
  });
  menu.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
  });
  document.addEventListener("pointerdown", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
}

settings.shortcuts = recalled("unspin-shortcuts") !== "off";
byId("shortcuts").checked = settings.shortcuts;
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", nameTheme);
nameTheme();
show(null);
version().then((told) => {
  if (!told) return;
  byId("version").textContent = ` · version ${told.unspin}`;
  if (told.addresses) start.offerToFetch();
  compare.archive = told.archive === true;
  session.parallel = Math.min(told.limits.parallel ?? 1, MOST_AT_ONCE);
});
