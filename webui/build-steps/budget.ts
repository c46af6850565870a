import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";

/** First load on a phone that shares 2.4 GHz with thirty others; measured in gzip bytes of JS and CSS. */
const FIRST_LOAD_LIMIT_BYTES = 40 * 1024;

/** Fails the build when the scripts and styles of the page outgrow the first-load budget. */
export function firstLoadBudget(): Plugin {
  return {
    name: "first-load-budget",
    apply: "build",
    enforce: "post",
    generateBundle(_options, bundle) {
      let total = 0;
      for (const [name, item] of Object.entries(bundle)) {
        if (!/^assets\/.*\.(js|css)$/.test(name)) continue;
        total += gzipSync(item.type === "chunk" ? item.code : item.source, { level: 9 }).length;
      }
      const sizes = `first load ${total} bytes gzip of ${FIRST_LOAD_LIMIT_BYTES}`;
      if (total === 0) this.error("the build made no script and no style");
      if (total > FIRST_LOAD_LIMIT_BYTES) this.error(`over budget: ${sizes}`);
      this.info(sizes);
    },
  };
}
