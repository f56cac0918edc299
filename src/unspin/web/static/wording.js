// What a reading says, in words: evidence, not accusation. The rates are worded as in report/wording.py. No DOM here.

const SMALLEST_RATE = 1e-12;

const VERDICTS = { spun: "Reads as machine-spun", written: "Reads as written", unjudged: "Cannot be judged" };

const NOTES = {
  "too-short": "fewer than 30 words",
  "not-english": "not English",
  "not-prose": "not prose",
  truncated: "only the beginning was read",
  "encoding-guessed": "not UTF-8; read as Windows-1252",
};

const UNJUDGED = new Set(["too-short", "not-english", "not-prose"]);

/** The spinners' families in plain words. */
const SPINNERS = {
  "wordnet-walk": "walks through WordNet",
  "fluent-synonyms": "close synonyms",
  thesaurus: "a thesaurus",
  neighbours: "neighbouring words",
};

export const count = (number) => number.toLocaleString("en-GB").replace("-", "−");

/** A score as it is shown: one decimal, a real minus sign. */
export const figure = (number) => number.toFixed(1).replace("-", "−");

export const percent = (share) => {
  const points = 100 * share;
  if (points > 0 && points < 1) return "<1%";
  if (points > 99 && points < 100) return ">99%";
  return `${Math.round(points)}%`;
};

/** A probability: never certain, as in report/wording.py. */
export function chance(probability) {
  if (probability >= 0.995) return ">99%";
  return probability < 0.01 ? "<1%" : `${Math.round(100 * probability)}%`;
}

export const plural = (number, one, many = `${one}s`) => `${count(number)} ${number === 1 ? one : many}`;

/** The N of "1 in N", to two significant figures. */
export function oneIn(rate) {
  const least = Math.max(rate, SMALLEST_RATE);
  return least < 0.1 ? Number((1 / least).toExponential(1)) : Math.round(1 / least);
}

export function rateInWords(rate) {
  if (rate < SMALLEST_RATE) return "no ordinary document is known to score as high";
  if (rate > 0.67) return "most ordinary documents score as high";
  return `about 1 ordinary document in ${count(oneIn(rate))} scores as high`;
}

export const verdictInWords = (reading) => VERDICTS[reading.verdict] ?? VERDICTS.unjudged;

/** The sentence below the verdict: the reason why nothing is judged, or how often an ordinary text looks like that. */
export function groundsInWords(reading) {
  const reasons = reading.notes.filter((note) => UNJUDGED.has(note)).map(noteInWords);
  const sentence = reading.verdict === "unjudged" ? reasons.join(", ") : rateInWords(reading.false_positive_rate);
  return sentence ? `${sentence[0].toUpperCase()}${sentence.slice(1)}.` : "";
}

/** The remarks on a reading that the verdict does not say already. */
export const remarks = (reading) => reading.notes.filter((note) => !UNJUDGED.has(note)).map(noteInWords);

export const noteInWords = (note) => NOTES[note] ?? note;

export const spinnerInWords = (name) => SPINNERS[name] ?? name;

/** How sure a restored word is: `"sure"` from nine in ten, `"likely"` from one in two, otherwise a `"guess"`. */
export function sureness(confidence) {
  if (confidence >= 0.9) return "sure";
  return confidence >= 0.5 ? "likely" : "guess";
}

/** `"1.2 MB"`; bytes in powers of ten. */
export function size(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
