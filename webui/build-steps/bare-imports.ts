import type { Plugin } from "vite";

/**
 * Lets `import()` be the browser's own.
 *
 * The build's helper around it loads styles of later chunks. There are none: one style serves all.
 */
export function bareImports(): Plugin {
  return {
    name: "bare-imports",
    apply: "build",
    enforce: "pre",
    load: {
      filter: { id: /^\0vite\/preload-helper\.js$/ },
      handler: () => "export const __vitePreload = (load) => load();",
    },
  };
}
