/** What a message is about, as the API names it. */
export const CATEGORIES = ["safe", "help", "looking", "offer", "info"] as const;

export type Category = (typeof CATEGORIES)[number];

/** Returns the category of that name; null for none, and for one this page does not know. */
export function categoryOf(name: unknown): Category | null {
  return CATEGORIES.find((known) => known === name) ?? null;
}
