// Sorting and binning for the overview of several documents. No DOM here.

const DECADES = 7; // of the false-positive rate, down to one in ten million; no rate is lower

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

/**
 * How many documents lie in each decade of the false-positive rate, from often to hardly ever:
 * `[{most, spun, written}]`, where `most` is the highest rate of the bin; `items` are `{false_positive_rate, spun}`.
 */
export function binned(items) {
  const bins = Array.from({ length: DECADES + 1 }, (_, i) => ({ most: 10 ** -i, spun: 0, written: 0 }));
  for (const { false_positive_rate: rate, spun } of items) {
    const decade = Math.floor(-Math.log10(rate) + 1e-9); // a rate of 1e-4 is the highest of its bin
    bins[Math.min(Math.max(decade, 0), DECADES)][spun ? "spun" : "written"] += 1;
  }
  return bins;
}
