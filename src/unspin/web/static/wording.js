// What a reading says, in words: evidence, not accusation. The rates are worded as in report/wording.py. No DOM here.

const LOWEST_RATE = 1e-7; // no fit of the verdict's curve reaches further: it means "or less"
const OFTEN = 0.5; // from here on a number of documents says less than the word

const VERDICTS = { spun: "Reads as machine-spun", written: "Reads as written", unjudged: "Cannot be judged" };

const NOTES = {
  "too-short": "fewer than 30 words",
  "not-english": "not English",
  "not-prose": "not prose",
  damaged: "damaged text",
  truncated: "only the beginning was read",
  "encoding-guessed": "not UTF-8; read as Windows-1252",
};

const UNJUDGED = new Set(["too-short", "not-english", "not-prose", "damaged"]);

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
  const number = 1 / rate;
  const unit = rate < 0.1 ? 10 ** (Math.floor(Math.log10(number)) - 1) : 1;
  return evenly(number / unit) * unit;
}

/** Rounded as Python does, a half to the even number. */
function evenly(number) {
  const rounded = Math.round(number);
  return Math.abs(number % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

export function rateInWords(rate) {
  if (rate >= OFTEN) return "ordinary documents often score as high";
  if (rate <= LOWEST_RATE) return `fewer than 1 ordinary document in ${count(oneIn(LOWEST_RATE))} scores as high`;
  return `about 1 ordinary document in ${count(oneIn(rate))} scores as high`;
}

/** The same for a table: `"1 in 200,000"`, `"under 1 in 10,000,000"`, `"often"`. */
export function rateInFigures(rate) {
  if (rate >= OFTEN) return "often";
  if (rate <= LOWEST_RATE) return `under 1 in ${count(oneIn(LOWEST_RATE))}`;
  return `1 in ${count(oneIn(rate))}`;
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

/** `"In part: 1 passage reads as spun, 43% of the text"`; `""` where it is the whole text, or nothing. As in report/passages.py. */
export function partlyInWords(number, share) {
  if (number === 0) return "";
  return `In part: ${number === 1 ? "1 passage reads" : `${count(number)} passages read`} as spun, ${chance(share)} of the text`;
}

/** A guess: the family whose dictionary explains the swaps best; null where it is unknown. */
export const spinnerInWords = (name) => (name === null ? "unknown" : `perhaps ${name}`);

/** How sure a restored word is: `"sure"` from nine in ten, `"likely"` from one in two, otherwise a `"guess"`. */
export function sureness(confidence) {
  if (confidence >= 0.9) return "sure";
  return confidence >= 0.5 ? "likely" : "guess";
}
