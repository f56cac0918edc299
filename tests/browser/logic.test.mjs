// The page's logic without a page: node --test tests/browser/logic.test.mjs

import assert from "node:assert/strict";
import { test } from "node:test";

const load = (name) => import(new URL(`../../src/unspin/web/static/${name}.js`, import.meta.url));
const { unitsIn } = await load("codepoints");
const { blocksOf, runsOf, marksWithin } = await load("blocks");
const { Choices, LEFT, optionsOf, plainOriginal, casedFor, replay } = await load("choices");
const { factsOf } = await load("facts");
const { sorted, binned } = await load("table");
const { oneIn, rateInWords, rateInFigures, percent, chance, sureness, groundsInWords } = await load("wording");
const { fileName, linesOf } = await load("api");
const { divided, partsOf, shareOf } = await load("passages");
const { nextPlace, swapsOf } = await load("swaps");
const { fileNameFor, markdownOf } = await load("markdown");
const { sidesOf, follow } = await load("compare");

const sub = (text, found, original, more = {}) => {
  const start = [...text.slice(0, text.indexOf(found))].length;
  return { start, end: start + [...found].length, found, original, confidence: 0.6, alternatives: [], route: [], quoted: false, ...more };
};

test("code points become UTF-16 units, with and without wide characters", () => {
  const text = "a😀b𝒞c\ud800d";
  const unit = unitsIn(text);
  const points = Array.from(text);
  for (let i = 0; i <= points.length; i += 1) assert.equal(unit(i), points.slice(0, i).join("").length);
  assert.equal(unitsIn("plain")(3), 3);
});

test("blocks cover every visible character once", () => {
  for (const text of ["One.\n\nTwo.\nThree.", "  a\r\n\r\n\r\nb  \u2028c", "x".repeat(20000), `${"Word and word. ".repeat(2000)}`, "", "\n \n"]) {
    const blocks = blocksOf(text);
    assert.equal(blocks.map(({ start, end }) => text.slice(start, end)).join("").replace(/\s/g, ""), text.replace(/\s/g, ""));
    blocks.forEach((block, i) => assert.ok(block.end > block.start && (i === 0 || block.start >= blocks[i - 1].end)));
    assert.ok(blocks.every(({ start, end }) => end - start <= 6001));
  }
});

test("hard-wrapped lines are one paragraph, lines of their own are not", () => {
  const wrapped = "The ferry went out in the morning and\ncame back when it was dark, as it\nalways does in the winter months.\n\nA second one.";
  assert.equal(blocksOf(wrapped).length, 2);
  assert.equal(blocksOf("One paragraph a line.\nAnother one.\nA third.").length, 3);
});

test("no block border cuts a mark or a character", () => {
  const long = `x${"😀".repeat(7000)}`;
  for (const { start } of blocksOf(long)) assert.ok(!/[\udc00-\udfff]/.test(long[start]));
  const text = `${"word ".repeat(1198)}profound  learning goes on. ${"word ".repeat(2000)}`;
  const from = text.indexOf("profound");
  const marks = [{ from, to: from + "profound  learning".length }];
  assert.ok(blocksOf(text, marks).some(({ start, end }) => start <= marks[0].from && marks[0].to <= end));
  const over = "The end of\n\nthe line.";
  assert.equal(blocksOf(over, [{ from: 8, to: 15 }]).length, 1);
});

test("runs give back the text", () => {
  const text = "The caller vessel left.";
  const marks = [{ from: 4, to: 10 }, { from: 11, to: 17 }];
  assert.deepEqual(runsOf(text, 0, text.length, marks), ["The ", 0, " ", 1, " left."]);
  assert.deepEqual(runsOf(text, 11, 17, marks), [1]);
  assert.deepEqual(runsOf(text, 12, 16, marks), ["esse"]);
  assert.deepEqual(marksWithin(5, 23, marks), [1, 2]);
});

const text = "The 😀 caller vessel. Caller “connected it” CALLER simply so.";
const reading = {
  text,
  words: 10,
  share: 0.6,
  quotations: [{ start: [...text].indexOf("“") + 1, end: [...text].indexOf("”"), speaker: null, found: "connected it", restored: "on it", altered: true }],
  substitutions: [
    sub(text, "caller", "new", { alternatives: [["fresh", 0.3], ["caller", 0.05]], route: ["new", "fresh", "caller"] }),
    sub(text, "vessel", "boat"),
    sub(text, "Caller", "New", { alternatives: [["fresh", 0.3]] }),
    sub(text, "connected", "on", { quoted: true }),
    sub(text, "CALLER", "NEW"),
    sub(text, " simply", ""),
  ],
};
const restored = "The 😀 new boat. New “on it” NEW so.";

test("replaying gives the restored text, wide characters or not", () => {
  assert.equal(replay(text, reading.substitutions), restored);
  assert.equal(new Choices(reading).restored(), restored);
  assert.equal(new Choices(reading).toReading(), reading);
});

test("a word left open counts as swapped, offers its guesses, and may be chosen or left", () => {
  const text = "The waiter was slow.";
  const open = sub(text, "waiter", "waiter", { confidence: 0.05, alternatives: [["server", 0.44], ["host", 0.3]] });
  const choices = new Choices({ text, restored: text, substitutions: [open], quotations: [], words: 4 });
  assert.equal(choices.state(0), "open");
  assert.equal(choices.counts().swapped, 1);
  assert.deepEqual(optionsOf(open), { words: [{ word: "server", probability: 0.44 }, { word: "host", probability: 0.3 }], kept: 0.05 });
  assert.deepEqual(choices.substitutions(), [open]);
  choices.choose([0], "server");
  assert.equal(choices.state(0), "chosen");
  assert.equal(choices.restored(), "The server was slow.");
  choices.choose([0], LEFT);
  assert.equal(choices.state(0), "left");
  assert.equal(choices.counts().swapped, 0);
});

test("a choice, undo and redo", () => {
  const choices = new Choices(reading);
  assert.deepEqual(choices.choose([0], "fresh"), [0]);
  assert.equal(choices.restored(), restored.replace("new", "fresh"));
  assert.deepEqual(choices.choose([0], "fresh"), []);
  assert.deepEqual(choices.choose([1], LEFT), [1]);
  assert.deepEqual([choices.state(0), choices.state(1), choices.state(2)], ["chosen", "left", "restored"]);
  assert.equal(choices.counts().swapped, 5);
  assert.deepEqual(choices.undo(), [1]);
  assert.deepEqual(choices.undo(), [0]);
  assert.equal(choices.restored(), restored);
  assert.deepEqual(choices.undo(), []);
  assert.deepEqual(choices.redo(), [0]);
  choices.choose([2], LEFT);
  assert.equal(choices.canRedo, false);
  choices.choose([2], "new");
  assert.equal(choices.state(2), "restored");
});

test("one choice at all places of a word, each in its case, is one step", () => {
  const choices = new Choices(reading);
  assert.deepEqual(choices.samePlaces(4), [0, 2, 4]);
  choices.choose(choices.samePlaces(0), "fresh");
  assert.equal(choices.restored(), "The 😀 fresh boat. Fresh “on it” FRESH so.");
  choices.undo();
  assert.equal(choices.restored(), restored);
});

test("the reading to be saved fits together", () => {
  const choices = new Choices(reading);
  choices.choose([0], "fresh");
  choices.choose([1], LEFT);
  choices.choose([3], LEFT);
  const saved = choices.toReading();
  assert.equal(saved.substitutions.length, 4);
  assert.equal(saved.restored, replay(saved.text, saved.substitutions));
  assert.equal(saved.share, 0.4);
  assert.deepEqual(saved.substitutions[0].alternatives, [["new", 0.6], ["caller", 0.05]]);
  assert.deepEqual([saved.substitutions[0].confidence, saved.substitutions[0].route], [0.3, []]);
  assert.deepEqual([saved.quotations[0].restored, saved.quotations[0].altered], ["connected it", false]);
});

test("an article that follows its word is not counted", () => {
  const other = "An caller so";
  const choices = new Choices({ text: other, words: 3, quotations: [], substitutions: [sub(other, "An", "A"), sub(other, "caller", "new")] });
  assert.equal(choices.counts().swapped, 1);
});

const articled = (text, ...substitutions) =>
  new Choices({ text, words: 9, share: 0.1, quotations: [], substitutions: substitutions.map(([found, original, more]) => sub(text, found, original, more)) });

test("an untouched article follows the word chosen after it", () => {
  const choices = articled("Was 😀 it a\ncaller? A caller2. An hourly vessel.", ["caller", "new"], ["caller2", "odd"], ["vessel", "boat"]);
  assert.deepEqual([0, 1, 2].map((place) => choices.article(place)?.word), ["a", "A", undefined]);
  choices.choose([0], "old");
  assert.equal(choices.restored(), "Was 😀 it an\nold? A odd. An hourly boat.");
  const saved = choices.toReading();
  assert.equal(saved.restored, replay(saved.text, saved.substitutions));
  assert.deepEqual(saved.substitutions.map(({ start, end, found, original }) => [start, end, found, original]).slice(0, 2), [[9, 10, "a", "an"], [11, 17, "caller", "old"]]);
  assert.deepEqual(choices.inForce().map(({ place }) => place), [0, 0, 1, 2]);
  choices.choose([1], "even");
  assert.equal(choices.restored(), "Was 😀 it an\nold? An even. An hourly boat.");
  choices.undo();
  choices.choose([0], LEFT);
  assert.equal(choices.restored(), "Was 😀 it a\ncaller? A odd. An hourly boat.");
  choices.undo();
  choices.undo();
  assert.equal(choices.toReading(), choices.reading);
});

test("an article that is a substitution itself follows too, unless it was left after that", () => {
  const choices = articled("Once An caller came.", ["An", "A"], ["caller", "new", { alternatives: [["old", 0.3]] }]);
  assert.equal(choices.restored(), "Once A new came.");
  choices.choose([1], "old");
  assert.equal(choices.restored(), "Once An old came.");
  assert.deepEqual(choices.toReading().substitutions.map((s) => s.original), ["old"]);
  assert.deepEqual([choices.state(0), choices.counts().swapped], ["left", 1]);
  choices.choose([1], "fresh");
  assert.equal(choices.restored(), "Once A fresh came.");
  assert.equal(choices.state(0), "restored");
  choices.choose([0], LEFT);
  assert.equal(choices.restored(), "Once An fresh came.");
  assert.deepEqual(choices.choose([1], "bright"), [1, 0]);
  assert.equal(choices.restored(), "Once A bright came.");
  choices.undo();
  assert.equal(choices.restored(), "Once An fresh came.");
  choices.choose([1], LEFT);
  choices.undo();
  choices.undo();
  choices.choose([1], LEFT);
  assert.equal(choices.restored(), "Once An caller came.");
});

test("a word that was spun from an article becomes the one that fits", () => {
  const choices = articled("Once ace caller came.", ["ace", "a", { alternatives: [["the", 0.2]] }], ["caller", "new"]);
  choices.choose([1], "old");
  assert.equal(choices.restored(), "Once an old came.");
  assert.deepEqual(choices.toReading().substitutions.map((s) => [s.original, s.confidence]), [["an", 0.6], ["old", 0]]);
  choices.choose([0], "the");
  assert.equal(choices.restored(), "Once the old came.");
  choices.choose([0], LEFT);
  assert.equal(choices.restored(), "Once ace old came.");
});

test("what is no article before the word is left alone", () => {
  for (const before of ["vitamin-a ", "a, ", "a\n\n", "a\r\n\r\n", "la ", "a “", `a${" ".repeat(40)}`, "the "]) {
    assert.equal(articled(`${before}caller`, ["caller", "new"]).article(0), null, JSON.stringify(before));
  }
});

test("a word that was put in comes back with its space", () => {
  const choices = articled("It is simply a boat.", [" simply", "", { alternatives: [["simply", 0.2], ["just", 0.1]] }]);
  assert.deepEqual(optionsOf(choices.reading.substitutions[0]), { words: [{ word: "", probability: 0.6 }, { word: "just", probability: 0.1 }], kept: 0.2 });
  choices.choose([0], "just");
  assert.equal(choices.restored(), "It is just a boat.");
  assert.equal(choices.toReading().substitutions[0].confidence, 0.1);
  choices.choose([0], "simply");
  assert.equal(choices.state(0), "left");
});

test("options are the program's choice, its alternatives, and the word as it stood", () => {
  assert.deepEqual(optionsOf(reading.substitutions[0]), { words: [{ word: "new", probability: 0.6 }, { word: "fresh", probability: 0.3 }], kept: 0.05 });
  assert.equal(optionsOf(reading.substitutions[1]).kept, null);
  assert.equal(plainOriginal({ found: "Caller", original: "New" }), "new");
  assert.equal(plainOriginal({ found: "celtic", original: "British" }), "British");
  assert.equal(casedFor({ found: "Oregon", original: "or" }, "nor"), "nor");
});

test("names and figures that no mark touches", () => {
  const prose = "Yesterday Ruth Amberley paid £38 million to Mr. Teague. He said 3,200 people of the Isle of Sark live there. In March 2009, Polwenna sent 2 boats. Boats came to Polwenna.";
  const two = prose.indexOf("2 boats");
  const facts = factsOf(prose, [{ from: two, to: two + 1 }]);
  assert.deepEqual(facts.names.map((f) => f.word), ["Ruth Amberley", "Mr. Teague", "Isle of Sark", "Polwenna"]);
  assert.deepEqual(facts.figures.map((f) => f.word), ["£38 million", "3,200", "March", "2009"]);
  assert.equal(facts.names.at(-1).times, 2);
});

test("sorting keeps what has no value at the end, either way", () => {
  const rows = [{ n: 2 }, { n: null }, { n: 10 }, { n: 1 }];
  assert.deepEqual(sorted(rows, (row) => row.n).map((row) => row.n), [1, 2, 10, null]);
  assert.deepEqual(sorted(rows, (row) => row.n, true).map((row) => row.n), [10, 2, 1, null]);
  assert.deepEqual(sorted(["b10", "b9", "A"], (row) => row), ["A", "b9", "b10"]);
});

test("every rate falls into its decade", () => {
  const rates = [1, 0.5, 0.1, 0.0999, 1e-4, 9.99e-5, 1e-7, 1e-9, 0];
  const bins = binned(rates.map((rate, i) => ({ false_positive_rate: rate, spun: i > 4 })));
  assert.deepEqual(bins.map((bin) => bin.written), [2, 2, 0, 0, 1, 0, 0, 0]);
  assert.deepEqual(bins.map((bin) => bin.spun), [0, 0, 0, 0, 1, 0, 0, 3]);
  assert.deepEqual([bins[0].most, bins[4].most, bins[7].most].map(rateInFigures), ["often", "1 in 10,000", "under 1 in 10,000,000"]);
});

test("rates in words as the program words them", () => {
  assert.equal(rateInWords(5e-6), "about 1 ordinary document in 200,000 scores as high");
  for (const often of [0.5, 0.9, 1]) assert.equal(rateInWords(often), "ordinary documents often score as high");
  for (const least of [1e-7, 1e-9, 0]) assert.equal(rateInWords(least), "fewer than 1 ordinary document in 10,000,000 scores as high");
  assert.deepEqual([0.5, 0.499, 0.0123, 1e-7].map(rateInFigures), ["often", "1 in 2", "1 in 81", "under 1 in 10,000,000"]);
  assert.deepEqual([oneIn(0.3), oneIn(0.0123), oneIn(0.1), oneIn(8e-5)], [3, 81, 10, 12000]);
  assert.deepEqual([percent(0.004), percent(0.996), percent(1), percent(0)], ["<1%", ">99%", "100%", "0%"]);
  assert.deepEqual([chance(1), chance(0.994), chance(0.5)], [">99%", "99%", "50%"]);
  assert.deepEqual([sureness(0.9), sureness(0.5), sureness(0.49)], ["sure", "likely", "guess"]);
  assert.equal(groundsInWords({ verdict: "unjudged", notes: ["too-short", "truncated"] }), "Fewer than 30 words.");
});

test("lines of a stream, however it is cut", async () => {
  const bytes = new TextEncoder().encode('{"a":"😀"}\n\n{"b":1}\n{"c":2}');
  for (const step of [1, 2, 3, 7, 100]) {
    const parts = [];
    for (let i = 0; i < bytes.length; i += step) parts.push(bytes.slice(i, i + step));
    const stream = new ReadableStream({ start(controller) { parts.forEach((part) => controller.enqueue(part)); controller.close(); } });
    const lines = [];
    for await (const line of linesOf(stream)) lines.push(line);
    assert.deepEqual(lines, ['{"a":"😀"}', '{"b":1}', '{"c":2}']);
  }
});

test("names of files to be saved", () => {
  assert.equal(fileName('attachment; filename="a b.docx"'), "a b.docx");
  assert.equal(fileName("attachment; filename=\"x\"; filename*=UTF-8''h%C3%A4fen.csv"), "häfen.csv");
  assert.equal(fileName("attachment"), null);
});

test("parts that read as spun, where they are not the whole", () => {
  const text = "😀 One two.\nThree four.";
  assert.deepEqual(partsOf({ text, passages: [[2, 10]] }), [{ from: 3, to: 11 }]);
  assert.deepEqual(partsOf({ text: `${text}\n`, passages: [[0, [...text].length]] }), []);
  assert.deepEqual(partsOf({ text }), []);
  assert.equal(shareOf([{ from: 0, to: 5 }], 10), 0.5);
});

test("a block is divided where a part begins and ends, and no mark is cut", () => {
  const marks = [{ from: 8, to: 14 }];
  const parts = [{ from: 2, to: 4 }, { from: 10, to: 20 }];
  const pieces = divided(0, 16, parts, marks);
  assert.deepEqual(pieces.map(({ start, end, spun }) => [start, end, spun]), [[0, 2, false], [2, 4, true], [4, 8, false], [8, 16, true]]);
  assert.deepEqual(divided(4, 6, parts, []).map(({ spun }) => spun), [false]);
  assert.deepEqual(divided(20, 30, parts, []).map(({ spun }) => spun), [false]);
});

test("swaps are listed once each, and the filter leads on", () => {
  const choices = new Choices(reading);
  assert.deepEqual(swapsOf(choices, "all").map(({ found, now, places }) => [found, now, places.length]), [["caller", "new", 3], ["vessel", "boat", 1], ["connected", "on", 1], ["simply", "", 1]]);
  assert.deepEqual(swapsOf(choices, "guess"), []);
  assert.deepEqual(swapsOf(choices, "all", "found", true)[0].found, "vessel");
  const { substitutions } = reading;
  assert.equal(nextPlace(substitutions, 0, 1, "unsure"), 1);
  assert.equal(nextPlace(substitutions, substitutions.length - 1, 1, "all"), -1);
  assert.equal(nextPlace(substitutions, 3, -1, "guess"), -1);
});

test("a restored text as Markdown shows what it holds", () => {
  assert.equal(markdownOf("A heading\n\n# not *one* <b> & [x](y).\n\n12. years it was, and\nlong.\n"), "# A heading\n\n\\# not \\*one\\* &lt;b&gt; &amp; \\[x\\](y).\n\n12\\. years it was, and long.\n");
  assert.equal(fileNameFor("a/b: c.pdf", "txt"), "b c-restored.txt");
  assert.equal(fileNameFor("", "md"), "unspin.md");
});

test("page and source are cut at passages and at what differs, whatever order the source has", () => {
  const comparison = {
    page: "ad 😀 old vessel. new town",
    source: "new town. ship old!",
    passages: [
      { start: 5, end: 15, source_start: 10, source_end: 18 },
      { start: 17, end: 25, source_start: 0, source_end: 8 },
    ],
    changes: [
      { how: "swapped", start: 5, end: 8, source_start: 10, source_end: 14 },
      { how: "dropped", start: 15, end: 15, source_start: 14, source_end: 18 },
    ],
  };
  const { page, source } = sidesOf(comparison);
  assert.equal(page.map((run) => run.text).join(""), comparison.page);
  assert.equal(source.map((run) => run.text).join(""), comparison.source);
  assert.deepEqual(page.map(({ text, passage, how }) => [text, passage, how]), [
    ["ad 😀 ", null, null], ["old", 0, "swapped"], [" vessel", 0, null], [". ", null, null], ["new town", 1, null],
  ]);
  assert.deepEqual(source.map(({ text, passage, how }) => [text, passage, how]), [
    ["new town", 1, null], [". ", null, null], ["ship", 0, "swapped"], [" old", 0, "dropped"], ["!", null, null],
  ]);
});

test("one side follows the other from passage to passage", () => {
  const anchors = [{ from: 100, to: 200, otherFrom: 10, otherTo: 60 }, { from: 300, to: 400, otherFrom: 500, otherTo: 600 }];
  assert.deepEqual([0, 50, 100, 150, 200, 250, 300, 400, 450].map((top) => follow(anchors, top)), [0, 5, 10, 35, 60, 280, 500, 600, 650]);
  assert.equal(follow([], 30), 30);
  assert.equal(follow([{ from: 5, to: 5, otherFrom: 9, otherTo: 9 }], 5), 9);
});
