import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Plugin } from "vite";

const FILES = ["swagger-ui.css", "swagger-ui-bundle.js"];

/** Puts Swagger UI's two files under `docs/`, without references to source maps. */
export function apiDocs(): Plugin {
  return {
    name: "api-docs",
    apply: "build",
    buildStart() {
      const require = createRequire(import.meta.url);
      const folder = dirname(require.resolve("swagger-ui-dist/package.json"));
      for (const name of FILES) {
        const text = readFileSync(join(folder, name), "utf8");
        const source = text.replace(/^(\/\/|\/\*)# sourceMappingURL=.*$/gm, "");
        this.emitFile({ type: "asset", fileName: `docs/${name}`, source });
      }
    },
  };
}
