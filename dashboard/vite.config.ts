// Builds the dashboard into dist/, to be served under /dashboard/ by nginx.
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// `npm run dev` sends API calls to a running stack, e.g. FOOTFALL_API=http://127.0.0.1:8080.
const api = process.env.FOOTFALL_API ?? "http://127.0.0.1:8080";

export default defineConfig({
  base: "/dashboard/",
  plugins: [react()],
  build: {
    target: ["chrome111", "firefox114", "safari16.4"],
    // The page's Content-Security-Policy admits no data: addresses and no inline script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: true,
    // What the bundled libraries and the font ask for: their notices travel with the build.
    license: { fileName: "licenses.md" },
    // size.mjs holds the budget, in gzip.
    chunkSizeWarningLimit: 1000,
  },
  test: { include: ["test/**/*.test.ts"], environment: "node" },
  server: { host: "127.0.0.1", proxy: { "/api": { target: api, changeOrigin: false } } },
});
