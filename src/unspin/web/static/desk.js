// The documents on the desk: where each stands, and reading them one after the other.

import { ApiError, readFile, streamReading } from "./api.js";
import { Choices } from "./choices.js";

let lastNumber = 0;

/**
 * One document. `state` is "waiting", "reading", "done" or "failed"; `source` is a string or a File.
 * `choices` is there as soon as something of the reading is known, `places` when a file leads back to pages.
 */
export class Document {
  constructor(source, name) {
    lastNumber += 1;
    this.number = lastNumber;
    this.source = source;
    this.name = name;
    this.format = null;
    this.state = "waiting";
    this.done = 0;
    this.reading = null;
    this.choices = null;
    this.places = null;
    this.error = null;
    this.unsaved = false;
  }

  /** Read it. `changed()` is called whenever something is new; a failure ends in `state` and `error`, never in a throw. */
  async read(settings, changed, signal) {
    this.state = "reading";
    this.error = null;
    this.done = 0;
    changed();
    const watch = (done, reading) => {
      this.done = done;
      if (reading) this.#take(reading);
      changed();
    };
    try {
      const text = typeof this.source === "string" ? this.source : await plainText(this.source);
      if (text !== null) {
        this.#take(await streamReading({ text, ...settings }, watch, signal));
      } else {
        const answer = await readFile(this.source, settings, signal);
        this.format = answer.document.format;
        this.places = answer.places;
        this.#take(answer.reading);
      }
      this.state = "done";
      this.done = 1;
    } catch (error) {
      this.state = "failed";
      this.error = error;
      if (!(error instanceof ApiError) && error.name !== "AbortError") {
        this.error = new ApiError("The page could not show this reading; that is a mistake in unspin.", "page");
        console.error(error);
      }
    }
    changed();
  }

  get stopped() {
    return this.error?.name === "AbortError";
  }

  /** The reading with the choices made in it. */
  current() {
    return this.choices.toReading();
  }

  #take(reading) {
    this.reading = reading;
    this.choices = new Choices(reading);
  }
}

/**
 * The text of a file that is plain UTF-8 text beyond doubt, or null. Such a text can be streamed, and its reading shows
 * while it grows; everything else is the server's to open.
 */
export async function plainText(file) {
  if (!/\.(?:txt|text)$/i.test(file.name) || file.size === 0) return null;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
    return /^\s*[<%{]|\0/.test(text) ? null : text;
  } catch {
    return null;
  }
}
