// Which key does what on a site's page. Pure; useKeys.ts listens.
import type { Preset } from "../period";

export type Command =
  | { readonly kind: "period"; readonly preset: Preset }
  | { readonly kind: "step"; readonly to: "back" | "forward" }
  | { readonly kind: "custom" | "compare" | "interval" }
  | { readonly kind: "filter" }
  | { readonly kind: "search" }
  | { readonly kind: "clear" }
  | { readonly kind: "help" };

export type Shortcut = {
  /** As KeyboardEvent.key has it, small letters. */
  readonly key: string;
  /** As it stands on the key. */
  readonly label: string;
  readonly text: string;
  readonly command: Command;
};

const period = (key: string, preset: Preset, text: string): Shortcut => ({
  key,
  label: key.toUpperCase(),
  text,
  command: { kind: "period", preset },
});

export const shortcutGroups: readonly {
  readonly title: string;
  readonly shortcuts: readonly Shortcut[];
}[] = [
  {
    title: "Period",
    shortcuts: [
      period("d", "today", "Today"),
      period("e", "yesterday", "Yesterday"),
      period("w", "7d", "Last 7 days"),
      period("t", "30d", "Last 30 days"),
      period("n", "90d", "Last 90 days"),
      period("m", "month", "This month"),
      period("p", "lastmonth", "Last month"),
      period("y", "year", "This year"),
      period("l", "12mo", "Last 12 months"),
      period("a", "all", "All time"),
      { key: "c", label: "C", text: "Days of your choice", command: { kind: "custom" } },
      {
        key: "arrowleft",
        label: "←",
        text: "Period before",
        command: { kind: "step", to: "back" },
      },
      {
        key: "arrowright",
        label: "→",
        text: "Period after",
        command: { kind: "step", to: "forward" },
      },
    ],
  },
  {
    title: "Chart",
    shortcuts: [
      {
        key: "x",
        label: "X",
        text: "With the comparison, or without",
        command: { kind: "compare" },
      },
      {
        key: "i",
        label: "I",
        text: "Next interval: hours, days, weeks, months",
        command: { kind: "interval" },
      },
    ],
  },
  {
    title: "Filters and lists",
    shortcuts: [
      { key: "f", label: "F", text: "Add a filter", command: { kind: "filter" } },
      {
        key: "/",
        label: "/",
        text: "Search the pages, or the list that is open",
        command: { kind: "search" },
      },
      {
        key: "escape",
        label: "Esc",
        text: "Close what is open, else clear the filters",
        command: { kind: "clear" },
      },
      { key: "?", label: "?", text: "This overview", command: { kind: "help" } },
    ],
  },
];

/** The groups with the keys that a page has, without those that are left empty. */
export const shortcutsOf = (has: (command: Command) => boolean): typeof shortcutGroups =>
  shortcutGroups
    .map(({ title, shortcuts }) => ({
      title,
      shortcuts: shortcuts.filter(({ command }) => has(command)),
    }))
    .filter(({ shortcuts }) => shortcuts.length > 0);

const byKey = new Map(
  shortcutGroups.flatMap(({ shortcuts }) =>
    shortcuts.map(({ key, command }) => [key, command] as const),
  ),
);

/** What of a key press matters. isTyping: it went into a field, or onto something that has keys of its own. */
export type Press = {
  readonly key: string;
  readonly withModifier: boolean;
  readonly isTyping: boolean;
  /** A dialog or a list is open: it has the keys, but for the search. */
  readonly isBehind: boolean;
};

/** What a key press asks for; null for nothing. */
export const commandOf = ({ key, withModifier, isTyping, isBehind }: Press): Command | null => {
  if (withModifier || isTyping) return null;
  const command = byKey.get(key.toLowerCase()) ?? null;
  return isBehind && command?.kind !== "search" ? null : command;
};
