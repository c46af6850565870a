import { fileURLToPath } from "node:url";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vitest/config";
import { apiDocs } from "./build-steps/api-docs.ts";
import { bareImports } from "./build-steps/bare-imports.ts";
import { firstLoadBudget } from "./build-steps/budget.ts";
import { precompress } from "./build-steps/precompress.ts";

const node = process.env.DISASTERNET_NODE ?? "http://127.0.0.1:8080";
const forwarded = [
  ...["/auth", "/rooms", "/messages", "/people", "/peers", "/status", "/problems"],
  ...["/lite", "/qr", "/poster"],
];

export default defineConfig({
  plugins: [vue(), apiDocs(), bareImports(), firstLoadBudget(), precompress()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    target: "es2019",
    cssTarget: ["chrome73", "firefox67", "safari12.1"],
    assetsInlineLimit: 0,
    modulePreload: false,
    sourcemap: false,
    reportCompressedSize: false,
    rolldownOptions: {
      onwarn(warning, warn) {
        // The carry key's arithmetic needs big integers; it is loaded later, and may fail to load.
        const spared =
          warning.code === "TOLERATED_TRANSFORM" && /BigInt|Big int/.test(warning.message);
        if (!spared) warn(warning);
      },
    },
  },
  define: { __VUE_OPTIONS_API__: "false", __VUE_PROD_DEVTOOLS__: "false" },
  server: {
    proxy: {
      ...Object.fromEntries(forwarded.map((path) => [path, node])),
      "/ws": { target: node, ws: true },
    },
  },
  test: { include: ["tests/**/*.test.ts"] },
});
