import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";

/** First load on a phone that shares 2.4 GHz with thirty others; gzip bytes of JS and CSS. */
const FIRST_LOAD_LIMIT_BYTES = 40 * 1024;

/** What the build tells of one file. */
export type Built =
  | { type: "chunk"; code: string; isEntry: boolean; imports: string[] }
  | { type: "asset"; source: string | Uint8Array };

/** Returns the scripts that a page loads at once: its entries and what those import statically. */
export function firstScripts(bundle: Readonly<Record<string, Built>>): Set<string> {
  const found = new Set<string>();
  function follow(name: string): void {
    const item = bundle[name];
    if (item?.type !== "chunk" || found.has(name)) return;
    found.add(name);
    item.imports.forEach(follow);
  }
  for (const [name, item] of Object.entries(bundle)) {
    if (item.type === "chunk" && item.isEntry) follow(name);
  }
  return found;
}

/** Returns gzip bytes of the page's first load by name, and those of what is loaded later. */
export function weigh(bundle: Readonly<Record<string, Built>>) {
  const scripts = firstScripts(bundle);
  const first: Record<string, number> = {};
  const lazy: Record<string, number> = {};
  for (const [name, item] of Object.entries(bundle)) {
    if (!/^assets\/.*\.(js|css)$/.test(name)) continue;
    const place = item.type === "asset" || scripts.has(name) ? first : lazy;
    place[name] = gzipped(item.type === "chunk" ? item.code : item.source);
  }
  return { first, lazy };
}

/** Fails the build when the scripts and styles of the first load outgrow the budget. */
export function firstLoadBudget(): Plugin {
  let publicFolder = "";
  return {
    name: "first-load-budget",
    apply: "build",
    enforce: "post",
    configResolved(config) {
      publicFolder = config.publicDir;
    },
    generateBundle(_options, bundle) {
      const { first, lazy } = weigh(bundle as Record<string, Built>);
      if (Object.keys(first).length === 0) this.error("the build made no script and no style");
      const total = sum(Object.values(first)) + sum(publicScripts(publicFolder));
      const sizes = `first load ${total} bytes gzip of ${FIRST_LOAD_LIMIT_BYTES}`;
      if (total > FIRST_LOAD_LIMIT_BYTES) this.error(`over budget: ${sizes}`);
      this.info(sizes);
      for (const [name, bytes] of Object.entries(lazy)) this.info(`later ${name} ${bytes} bytes`);
    },
  };
}

/** Returns gzip bytes of each script that is copied as it is: the page loads those first. */
function publicScripts(folder: string): number[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith(".js"));
  return names.map((name) => gzipped(readFileSync(join(folder, name))));
}

function gzipped(content: string | Uint8Array): number {
  return gzipSync(content, { level: 9 }).length;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
