// Light or dark: the system's choice until the toggle says otherwise, kept in this browser.
import { useSyncExternalStore } from "react";

import { forget, recall, remember } from "./storage";

export type Theme = "light" | "dark";

const KEY = "footfall.theme";
const CHANGED = "footfall:theme";
const system = window.matchMedia("(prefers-color-scheme: dark)");

const systemTheme = (): Theme => (system.matches ? "dark" : "light");

const theme = (): Theme => {
  const chosen = recall(KEY);
  return chosen === "light" || chosen === "dark" ? chosen : systemTheme();
};

const paint = (): void => {
  document.documentElement.dataset.theme = theme();
  window.dispatchEvent(new Event(CHANGED));
};

export const openTheme = (): void => {
  system.addEventListener("change", paint);
  paint();
};

/** Back to what the system says is "no choice", so that it follows the system again. */
export const toggleTheme = (): void => {
  const next: Theme = theme() === "dark" ? "light" : "dark";
  if (next === systemTheme()) forget(KEY);
  else remember(KEY, next);
  paint();
};

const subscribe = (onChange: () => void): (() => void) => {
  window.addEventListener(CHANGED, onChange);
  return () => {
    window.removeEventListener(CHANGED, onChange);
  };
};

export const useTheme = (): Theme => useSyncExternalStore(subscribe, theme);
