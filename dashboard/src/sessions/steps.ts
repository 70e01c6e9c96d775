// Steps of a timeline as people read them: by the page on which they happened, repeats folded into one.
import type { Step } from "./asking";

/** Events of one name that follow each other. */
export type Fold = { readonly key: string; readonly steps: readonly [Step, ...Step[]] };

/** A pageview and what happened until the next one; before the first there is none. */
type Stretch = {
  readonly key: string;
  readonly view: Step | null;
  readonly folds: readonly Fold[];
};

export const stretches = (steps: readonly Step[]): readonly Stretch[] => {
  const found: { key: string; view: Step | null; folds: { key: string; steps: [Step, ...Step[]] }[] }[] =
    [];
  for (const step of steps) {
    let last = found.at(-1);
    if (step.kind === "pageview" || last === undefined) {
      last = { key: step.id, view: step.kind === "pageview" ? step : null, folds: [] };
      found.push(last);
      if (step.kind === "pageview") continue;
    }
    const fold = last.folds.at(-1);
    if (fold?.steps[0].name === step.name) fold.steps.push(step);
    else last.folds.push({ key: step.id, steps: [step] });
  }
  return found;
};

// What the tracker tells of a page by itself, not what somebody did.
const background: ReadonlySet<string> = new Set([
  "engagement",
  "page_exit",
  "page_visibility",
  "scroll",
  "scroll_depth",
  "web_vital",
  "web_vitals",
]);

export const isBackground = (name: string): boolean => background.has(name);

/** Properties that say more than the step itself does, as names and text. */
export const properties = (step: Step): readonly (readonly [string, string])[] =>
  isBackground(step.name) || step.properties === null
    ? []
    : Object.entries(step.properties)
        .filter(([, value]) => value !== null && value !== "")
        .map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]);
