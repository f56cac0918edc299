// The documents that were opened: where each stands, and how it is read.

import { ApiError, streamAddress, streamFile, streamText } from "./api.js";
import { Choices } from "./choices.js";

const LONGEST_NAME = 500; // as the API takes it
const FINAL = new Set(["unreadable", "unsupported-type", "too-large", "invalid", "addresses-off"]); // what the same file gives every time

let lastNumber = 0;

/**
 * One document. `state` is "waiting", "reading", "done" or "failed"; `source` is a string, a File or
 * an `{address}`.
 * `choices` is there as soon as something of the reading is known; a file has a `format`, and `places`, one for each
 * substitution. `settings` are those that it was read with.
 */
export class Document {
  constructor(source, name) {
    lastNumber += 1;
    this.number = lastNumber;
    this.source = source;
    this.name = name;
    this.format = null;
    this.settings = null;
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
    this.settings = settings;
    changed();
    const heard = (event) => {
      this.#hear(event);
      changed();
    };
    try {
      await streamOf(this.source)(this.source, settings, heard, signal);
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

  #hear({ event, done, document, reading, places }) {
    if (event === "document") this.format = document.format;
    if (event === "progress") this.done = done;
    if (!reading) return;
    this.reading = reading;
    this.places = places ?? null;
    this.choices = new Choices(reading);
  }

  get stopped() {
    return this.error?.name === "AbortError";
  }

  /** Why it was not read, without its name, which the messages of the program begin with. */
  get reason() {
    const { message } = this.error;
    const prefix = `${this.name}: `;
    return message.startsWith(prefix) ? message.slice(prefix.length) : message;
  }

  /** Whether reading it again may end otherwise. */
  get mayBeReadAgain() {
    return this.state === "failed" && !FINAL.has(this.error.code);
  }

  /** What it was made from, as an export takes it: what it is compared with now, or else what the archive has. */
  get origins() {
    const { comparison, sources } = this;
    const found = (sources ?? []).map(({ id, probability, date, url, near_copies, comparison: { source } }) => ({
      name: id, text: source, probability, date, url, near_copies,
    }));
    if (!comparison || found.some(({ text }) => text === comparison.source)) return found;
    return [{ name: comparison.source_path ?? "source", text: comparison.source }];
  }

  /** What an export takes: the reading with the choices made in it, its places to match; and its sources, if wanted. */
  kept(withSources) {
    const { name, format, places, choices } = this;
    const sources = withSources ? this.origins.map(({ name: called, ...rest }) => ({ ...rest, name: called.slice(0, LONGEST_NAME) })) : [];
    return {
      name: name.slice(0, LONGEST_NAME),
      ...(format && { format }),
      reading: choices.toReading(),
      ...(places && { places: choices.inForce().map(({ place }) => places[place]) }),
      ...(sources.length && { sources }),
    };
  }
}

function streamOf(source) {
  if (typeof source === "string") return streamText;
  return source instanceof File ? streamFile : streamAddress;
}
