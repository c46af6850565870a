import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

const SCRIPT = readFileSync("public/fallback.js", "utf8");
const MOUNT_WITHIN_MS = 8000;

/** As much of a browser as the script looks at. */
class Browser extends EventTarget {
  readonly left: string[] = [];
  readonly location = { replace: (to: string) => void this.left.push(to) };
  private readonly app = { firstChild: null as object | null };

  constructor(script: object = { noModule: false }) {
    super();
    const page = { getElementById: () => this.app, createElement: () => script };
    new Function("window", "document", SCRIPT)(this, page);
  }

  mount(): void {
    this.app.firstChild = {};
  }

  /** Lets something fail; without an element it is a script that runs. */
  fail(type: string, nodeName?: string): void {
    const event = new Event(type);
    if (nodeName) Object.defineProperty(event, "target", { value: { nodeName } });
    this.dispatchEvent(event);
  }
}

describe("the way to the simple page", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("is taken at once by a browser without modules", () => {
    expect(new Browser({}).left).toEqual(["/lite"]);
    expect(new Browser().left).toEqual([]);
  });

  it.each([
    ["a script that fails", "error", undefined],
    ["a script that does not load", "error", "SCRIPT"],
    ["a promise that nobody minds", "unhandledrejection", undefined],
  ])("is taken after %s, but not once the page is there", (_what, type, nodeName) => {
    const browser = new Browser();
    browser.fail(type, nodeName);
    expect(browser.left).toEqual(["/lite"]);
    const mounted = new Browser();
    mounted.mount();
    mounted.fail(type, nodeName);
    expect(mounted.left).toEqual([]);
  });

  it("is not taken for a picture or a style that does not load", () => {
    const browser = new Browser();
    browser.fail("error", "LINK");
    browser.fail("error", "IMG");
    expect(browser.left).toEqual([]);
  });

  it("is taken when the page is not there in time", () => {
    const [slow, quick] = [new Browser(), new Browser()];
    quick.mount();
    vi.advanceTimersByTime(MOUNT_WITHIN_MS - 1);
    expect(slow.left).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(slow.left).toEqual(["/lite"]);
    expect(quick.left).toEqual([]);
  });
});

it("is written for the oldest browsers", () => {
  expect(SCRIPT).not.toMatch(/=>|`|\?\.|\b(const|let|class|import|async)\b/);
});

it("is loaded before the page, without which nothing notices that the page fails", () => {
  const page = readFileSync("index.html", "utf8");
  const [fallback, module] = [page.indexOf('src="/fallback.js"'), page.indexOf('type="module"')];
  expect(fallback).toBeGreaterThan(0);
  expect(fallback).toBeLessThan(module);
  expect(page).toMatch(/<noscript><meta http-equiv="refresh" content="0; url=\/lite" \/>/);
});
