/** Longest text a box signs, in Unicode code points. */
export const LONGEST_TEXT = 2000;

/** Longest place, in code points. */
export const LONGEST_PLACE = 80;

/** Returns the length a box counts: an emoji is one, not two. */
export function codePoints(text: string): number {
  return Array.from(text).length;
}
