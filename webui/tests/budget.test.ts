import { expect, it } from "vitest";
import { type Built, firstScripts, weigh } from "../build-steps/budget.ts";

const chunk = (over: Partial<Extract<Built, { type: "chunk" }>>): Built => {
  return { type: "chunk", code: "x".repeat(500), isEntry: false, imports: [], ...over };
};
const bundle = {
  "assets/index.js": chunk({ isEntry: true, imports: ["assets/shared.js"] }),
  "assets/shared.js": chunk({ imports: ["assets/index.js", "assets/deep.js"] }),
  "assets/deep.js": chunk({}),
  "assets/later.js": chunk({ imports: ["assets/index.js"] }),
  "assets/index.css": { type: "asset", source: "body{}" },
  "docs/swagger-ui-bundle.js": { type: "asset", source: "y".repeat(5000) },
} satisfies Record<string, Built>;

it("the first load is the entry, what it imports, and the style", () => {
  const { first, lazy } = weigh(bundle);
  const names = ["assets/deep.js", "assets/index.css", "assets/index.js", "assets/shared.js"];
  expect(Object.keys(first).sort()).toEqual(names);
  expect(Object.keys(lazy)).toEqual(["assets/later.js"]);
  for (const bytes of Object.values(first)) expect(bytes).toBeGreaterThan(0);
});

it("a chunk that the entry comes to import counts from then on", () => {
  const grown = { ...bundle, "assets/deep.js": chunk({ imports: ["assets/later.js"] }) };
  expect(firstScripts(bundle).has("assets/later.js")).toBe(false);
  expect(firstScripts(grown).has("assets/later.js")).toBe(true);
});
