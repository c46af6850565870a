import { expect, it } from "vitest";
import { laterCatalogue } from "@/later-words";
import { catalogue, t } from "@/words";

const LONGEST_SENTENCE_WORDS = 12;
const sentences = Object.entries({ ...catalogue, ...laterCatalogue }).flatMap(([word, text]) =>
  text.split(/(?<=[.?!:…])\s+/).map((sentence) => [word, sentence] as const),
);

it.each(sentences)("%s is short and speaks of boxes and people: %s", (_word, sentence) => {
  expect(sentence.split(/\s+/).length).toBeLessThanOrEqual(LONGEST_SENTENCE_WORDS);
  expect(sentence).not.toMatch(/\b(node|peer|user|server|client|offline|online|sync)s?\b/i);
});

it("no sentence has two places, of which one would hide the other", () => {
  expect(Object.keys(laterCatalogue).filter((word) => word in catalogue)).toEqual([]);
});

it("slots are filled as text, and once", () => {
  expect(t("message.new", { name: "{text}", text: "<b>" })).toBe("New message from {text}: <b>");
});
