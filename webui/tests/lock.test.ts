import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

it("the lock names no address to fetch from", () => {
  const lock = readFileSync("package-lock.json", "utf8");
  expect(lock).toContain('"integrity": "sha512-');
  expect(lock).not.toMatch(/:\/\/|"resolved"/);
});
