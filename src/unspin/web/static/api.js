// The program's HTTP API, as the page uses it. Every failure is an ApiError with one line for people.

const PATIENCE = 5; // times a request is made again when the server says that it is busy

export class ApiError extends Error {
  constructor(message, code = "unknown", status = 0, retryAfter = 0) {
    super(message);
    this.code = code;
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/** The version of the program and its limits; null when the server does not say. */
export async function version() {
  try {
    const response = await fetch("/v1/version");
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

/** Read a text. `heard(event)` is called with every event of the stream; the last is `reading`. */
export function streamText(text, settings, heard, signal) {
  return listen("/v1/stream", asJson({ text, ...settings }), heard, signal);
}

/** Read a file. The first event is `document`, and every reading has its `places`. */
export function streamFile(file, settings, heard, signal) {
  const form = new FormData();
  form.append("file", file, file.name);
  for (const [name, value] of Object.entries(settings)) form.append(name, String(value));
  return listen("/v1/file/stream", { body: form }, heard, signal);
}

/** Have the server fetch the page at an address, and read it. Events as of a file. */
export function streamAddress({ address }, settings, heard, signal) {
  return listen("/v1/address/stream", asJson({ address, ...settings }), heard, signal);
}

/** What a text has of a source, which is a text. */
export const compared = async (text, source, signal) => (await post("/v1/compare", asJson({ text, source }), signal)).json();

/** The same, of a source that is a file. */
export async function comparedFile(text, file, signal) {
  const form = new FormData();
  form.append("text", text);
  form.append("file", file, file.name);
  return (await post("/v1/compare/file", { body: form }, signal)).json();
}

/** The sources of a text in the archive of the server, which searches for it as it stands. */
export const traced = async (text, signal) => (await post("/v1/trace", asJson({ text, read: false }), signal)).json();

async function listen(path, options, heard, signal) {
  const response = await post(path, options, signal);
  for await (const line of linesOf(response.body)) {
    const event = parsed(line);
    if (event.event === "error") throw new ApiError(event.error.message, event.error.code, response.status);
    heard(event);
    if (event.event === "reading") return;
  }
  throw new ApiError("The server stopped before the reading was done; try again.", "cut-off");
}

/** A file of readings: `{blob, name}`; `request` as the API takes it. */
export async function exported(request) {
  const response = await post("/v1/export", asJson(request));
  const disposition = response.headers.get("Content-Disposition") ?? "";
  return { blob: await response.blob(), name: fileName(disposition) ?? `reading.${request.format}` };
}

/** The file name of a Content-Disposition header, or null. */
export function fileName(disposition) {
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(disposition);
  if (encoded) {
    try {
      return decodeURIComponent(encoded[1].trim());
    } catch {
      // a name that is not what it says; the plain one will do
    }
  }
  return /filename="?([^";]+)"?/i.exec(disposition)?.[1].trim() ?? null;
}

/** The lines of a stream of UTF-8 bytes, empty ones left out; a line may come in any number of parts. */
export async function* linesOf(stream) {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let parts = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      const pieces = decoder.decode(value, { stream: !done }).split("\n");
      while (pieces.length > 1) {
        parts.push(pieces.shift());
        const line = parts.join("");
        parts = [];
        if (line.trim()) yield line;
      }
      parts.push(pieces[0]);
      if (done) break;
    }
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError("The connection to the local server broke; try again.", "cut-off");
  } finally {
    reader.cancel().catch(() => {});
  }
  const last = parts.join("");
  if (last.trim()) yield last;
}

const asJson = (body) => ({ body: JSON.stringify(body), headers: { "Content-Type": "application/json" } });

async function post(path, options, signal) {
  for (let tries = 0; ; tries += 1) {
    try {
      return await postOnce(path, options, signal);
    } catch (error) {
      const passes = error instanceof ApiError && (error.status === 429 || error.code === "busy");
      if (!passes || tries >= PATIENCE) throw error;
      await pause(1000 * Math.min(error.retryAfter || 1, 10), signal);
    }
  }
}

async function postOnce(path, options, signal) {
  let response;
  try {
    response = await fetch(path, { method: "POST", signal, ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError("The local server does not answer; start it again with: unspin serve", "no-answer");
  }
  if (response.ok) return response;
  const retryAfter = Number(response.headers.get("Retry-After")) || 0;
  let told = null;
  try {
    told = (await response.json()).error;
  } catch {
    // no body that tells more than the status
  }
  throw new ApiError(
    told?.message ?? `The server answered ${response.status}; try again.`, told?.code, response.status, retryAfter,
  );
}

function parsed(line) {
  try {
    return JSON.parse(line);
  } catch {
    throw new ApiError("The server's answer cannot be read; try again.", "damaged-answer");
  }
}

function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
