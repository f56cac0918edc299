// Keeping what was read: on the clipboard, or as a file that the program makes.

import { exported } from "./api.js";
import { announce, el, fill } from "./dom.js";
import { fileNameFor, markdownOf } from "./markdown.js";

const FLASH = 1600; // milliseconds for which a button says that it was done

/** Save documents, with the choices made in them, as one file. Throws an ApiError where that does not work. */
export async function save(documents, format, withoutTexts) {
  const readings = documents.map((document) => document.kept(format !== "csv")); // a table of swaps has no place for sources
  const file = await exported({ readings, format, public: withoutTexts, settings: sharedSettings(documents) });
  download(file);
  for (const document of documents) document.unsaved = false;
  announce(`Saved as ${file.name}`);
}

/** Save the restored text of a document, with the choices made in it, as `"txt"` or `"md"`; it never leaves this page. */
export function saveText(document, format) {
  const restored = document.choices.restored();
  const written = format === "md" && !/\.(md|markdown)$/i.test(document.name) ? markdownOf(restored) : restored;
  const name = fileNameFor(document.name, format);
  download({ blob: new Blob([written], { type: `${format === "md" ? "text/markdown" : "text/plain"};charset=utf-8` }), name });
  document.unsaved = false;
  announce(`Saved as ${name}`);
}

/** The settings that all documents were read with; null where they differ, for a report has one set. */
function sharedSettings([first, ...others]) {
  const same = ({ settings }) => JSON.stringify(settings) === JSON.stringify(first.settings);
  return others.every(same) ? first.settings : null;
}

/** Hand a file to the browser's downloads. */
function download({ blob, name }) {
  const address = URL.createObjectURL(blob);
  const link = el("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** Put a text on the clipboard; false where the browser does not allow it. */
export async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedByHand(text);
  }
}

/** The way of copying for pages that are not a secure context, as when served to a local network. */
function copiedByHand(text) {
  const area = el("textarea", { class: "visually-hidden", "aria-hidden": "true" });
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}

/** Let a button say for a moment that it was done. */
export function flashLabel(button, words) {
  if (button.dataset.flashing) return;
  const before = [...button.childNodes];
  button.dataset.flashing = "yes";
  button.textContent = words;
  setTimeout(() => {
    fill(button, before);
    delete button.dataset.flashing;
  }, FLASH);
}

/** Close a menu from which something was chosen; the keyboard stays with it. */
export function closeMenu(menu) {
  menu.open = false;
  menu.querySelector("summary").focus();
}
