// The indefinite article before a swapped word: which one fits, and where one stands. No DOM here.
// The rule is that of text/casing.py; a test holds the two together.

const LETTERS_WITH_AN = new Set("aefhilmnorsx");
const SILENT_H = /^(?:hour|honest|honou?r|heir)/;
const CONSONANT_SOUND =
  /^(?:uni(?!n|m[aip]|dent)|unanim|us[aeui]|ut(?:ens|il|o)|uter|ubiq|ufo|uk|ur(?:an|in|e[at])|eu|ewe|ewer|one(?!rous)|once|ouija)/;
const READ_AS_WORD = new Set(
  ("nasa nato nafta nasdaq laser radar ram rom lan sars sim scuba sonar fema fifa lidar mercosur sat swat hud raid " +
    "man new hit low red net law son sun run men map let lot rich real home house").split(" "),
);
const AROUND = /^["'“”‘’«»()[\]{}*_\-–— ]+|["'“”‘’«»()[\]{}*_\-–— ]+$/gu;
const NUMBER = /^\p{Nd}+(?:,\p{Nd}{3})*/u;
const FURTHEST = 24; // units between a word and the article before it; more white space than that sets them apart
const BEFORE = /(?<![\p{L}\p{N}\p{M}'’_-])(an?)(\s+)$/iu;

export const isArticle = (word) => /^an?$/i.test(word);

/** `"a"` or `"an"`, as the sound of the word that follows asks: an hour, a university, an MP, an 8, a 10. */
export function indefiniteArticle(nextWord) {
  const word = nextWord.replace(AROUND, "");
  const number = NUMBER.exec(word);
  if (number) return numberStartsWithVowel(number[0]) ? "an" : "a";
  const plain = word.normalize("NFKD").replace(/[^\x00-\x7f]/g, "").toLowerCase().replaceAll("'", "");
  const letters = plain.split(/[^a-z]/)[0];
  if (letters === "") return "a";
  const upper = word === word.toUpperCase() && word !== word.toLowerCase();
  const spelled = letters.length === 1 || (letters.length <= 5 && upper && !READ_AS_WORD.has(letters));
  if (spelled && (letters.length < 4 || !/[aeiou]/.test(letters))) return LETTERS_WITH_AN.has(letters[0]) ? "an" : "a";
  if (SILENT_H.test(letters)) return "an";
  if (CONSONANT_SOUND.test(letters)) return "a";
  return /^[aeiou]/.test(letters) ? "an" : "a";
}

/** Eight, eighty, eight hundred; eleven and eighteen, alone, as thousands, or as the first half of a year. */
function numberStartsWithVowel(number) {
  const digits = number.replaceAll(",", "");
  if (digits.startsWith("8")) return true;
  const year = digits.length === 4 && !number.includes(",");
  return /^1[18]/.test(digits) && (digits.length % 3 === 2 || year);
}

/** An article made to fit the word after it, in the case in which it stands; where nothing follows it stays. */
export function fitted(article, word) {
  if (word.trim() === "") return article;
  const fitting = indefiniteArticle(word);
  if (fitting === article.toLowerCase()) return article;
  return /^\p{Lu}/u.test(article) ? `${fitting[0].toUpperCase()}${fitting.slice(1)}` : fitting;
}

/**
 * For each mark ({from, to} in UTF-16 units, in order) what stands before it with only white space between:
 * `{found, back}`, an article that no mark touches and how many units before the mark it begins; `"mark"` where it is the
 * mark before; else null.
 */
export function articlesBefore(text, marks) {
  return marks.map(({ from }, i) => {
    const least = i > 0 ? marks[i - 1].to : 0;
    if (i > 0 && from - least <= FURTHEST && /^\s+$/.test(text.slice(least, from))) return parted(text, least, from) ? null : "mark";
    const match = BEFORE.exec(text.slice(Math.max(0, from - FURTHEST), from));
    if (!match) return null;
    const back = match[0].length;
    return from - back < least || parted(text, from - match[2].length, from) ? null : { found: match[1], back };
  });
}

/** Whether a blank line lies between two offsets: then what stands before it belongs to another paragraph. */
const parted = (text, start, end) => (text.slice(start, end).match(/\r\n|[\n\r]/g)?.length ?? 0) > 1;
