// Sorting and binning for the overview of several documents. No DOM here.

/**
 * The rows in order of `key` (a function of a row); rows for which it gives null or undefined come last either way.
 * Equal rows keep their order.
 */
export function sorted(rows, key, descending = false) {
  const sign = descending ? -1 : 1;
  const compare = (a, b) =>
    typeof a === "string" ? a.localeCompare(b, "en", { numeric: true, sensitivity: "base" }) : a - b;
  return rows
    .map((row) => ({ row, value: key(row) ?? null }))
    .sort((a, b) => {
      if (a.value === null || b.value === null) return (a.value === null) - (b.value === null);
      return sign * compare(a.value, b.value);
    })
    .map(({ row }) => row);
}

/** Bins of equal and round width over the scores: `[{from, to, spun, written}]`; `items` are `{score, spun}`. */
export function binned(items, atMost = 24) {
  if (items.length === 0) return [];
  const scores = items.map((item) => item.score);
  const width = roundWidth((Math.max(...scores) - Math.min(...scores)) / atMost || 1);
  const first = Math.floor(Math.min(...scores) / width);
  const bins = Array.from({ length: Math.floor(Math.max(...scores) / width) - first + 1 }, (_, i) => ({
    from: (first + i) * width,
    to: (first + i + 1) * width,
    spun: 0,
    written: 0,
  }));
  for (const { score, spun } of items) bins[Math.floor(score / width) - first][spun ? "spun" : "written"] += 1;
  return bins;
}

/** The smallest of 1, 2, 5, 10, 20, 50 … (and their fractions) that is no smaller than `least`. */
function roundWidth(least) {
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= least * (1 - 1e-9));
}
