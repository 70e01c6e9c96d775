import { describe, expect, test } from "vitest";

import { commandOf, shortcutGroups, shortcutsOf, type Press } from "../src/keys/keys";
import { presets } from "../src/period";

const press = (key: string, more: Partial<Press> = {}): Press => ({
  key,
  withModifier: false,
  isTyping: false,
  isBehind: false,
  ...more,
});

const all = shortcutGroups.flatMap(({ shortcuts }) => shortcuts);

test("every key stands once, and every period has one", () => {
  expect(new Set(all.map(({ key }) => key)).size).toBe(all.length);
  const periods = all.flatMap(({ command }) => (command.kind === "period" ? [command.preset] : []));
  expect(periods.toSorted()).toEqual(presets.toSorted());
});

test("the overview lists what the page has, and no group without any", () => {
  const found = shortcutsOf(({ kind }) => kind !== "compare" && kind !== "interval" && kind !== "search");
  expect(found.map(({ title }) => title)).toEqual(["Period", "Filters and lists"]);
  expect(found[1]?.shortcuts.map(({ key }) => key)).toEqual(["f", "escape", "?"]);
  expect(shortcutsOf(() => true)).toEqual(shortcutGroups);
});

describe("a key", () => {
  test("means the same in capitals", () => {
    expect(commandOf(press("W"))).toEqual({ kind: "period", preset: "7d" });
    expect(commandOf(press("w"))).toEqual({ kind: "period", preset: "7d" });
    expect(commandOf(press("ArrowLeft"))).toEqual({ kind: "step", to: "back" });
  });

  test("means nothing while somebody types, or with a modifier, or where it is none of ours", () => {
    expect(commandOf(press("f", { isTyping: true }))).toBeNull();
    expect(commandOf(press("f", { withModifier: true }))).toBeNull();
    expect(commandOf(press("q"))).toBeNull();
    expect(commandOf(press("constructor"))).toBeNull();
  });

  test("goes to what is open, but for the search", () => {
    expect(commandOf(press("Escape", { isBehind: true }))).toBeNull();
    expect(commandOf(press("d", { isBehind: true }))).toBeNull();
    expect(commandOf(press("/", { isBehind: true }))).toEqual({ kind: "search" });
  });
});
