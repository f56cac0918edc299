// Offsets in a reading count Unicode code points; a JavaScript string counts UTF-16 units, and an emoji is two of them.

const WIDE = /[\u{10000}-\u{10FFFF}]/gu;

/**
 * A function from an offset in code points to the offset in UTF-16 units of the same place in `text`.
 * Costs O(log n) a call, where n is the number of characters outside the basic plane; most texts have none.
 */
export function unitsIn(text) {
  const wide = []; // the code point offset of each character of two units, ascending
  for (const match of text.matchAll(WIDE)) wide.push(match.index - wide.length);
  return (offset) => offset + countBelow(wide, offset);
}

/** How many numbers of the ascending list are below `limit`. */
export function countBelow(ascending, limit) {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle] < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
