// Starts the dashboard: styles, theme, access, then the app.
import "@fontsource-variable/figtree";
import "uplot/dist/uPlot.min.css";
import "./style/tokens.css";
import "./style/base.css";

import { CSPProvider } from "@base-ui/react/csp-provider";
import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { openAccess } from "./access/access";
import { App } from "./App";
import { createQueryClient } from "./queries";
import { openTheme } from "./theme";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root.");

// A part that is loaded later is gone after an upgrade: the new page has its own.
window.addEventListener("vite:preloadError", () => {
  window.location.reload();
});

openTheme();
openAccess();

createRoot(root).render(
  <StrictMode>
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={createQueryClient()}>
        <App />
      </QueryClientProvider>
    </CSPProvider>
  </StrictMode>,
);
