// How hard a password is to guess, about: a hint while it is typed, never a rule.

export const MIN_CHARACTERS = 10;

export type Strength = {
  /** 0: too short. 1 weak, 2 fair, 3 strong. */
  readonly level: 0 | 1 | 2 | 3;
  readonly words: string;
};

const WEAK_BITS = 45;
const FAIR_BITS = 65;

/** The beginnings of every list that guessing begins with. */
const common =
  /password|passwort|qwert[yz]|asdf|admin|welcome|willkommen|letmein|iloveyou|monkey|dragon|footfall|analytics|secret|geheim|football|sunshine|princess|master|login|abc123|19\d\d|20\d\d/giu;

/** A character that goes on as the two before it did (aaa, 123, cba) tells nothing new. */
const surprises = (text: string): number => {
  const codes = Array.from(text, (character) => character.codePointAt(0) ?? 0);
  return codes.filter((code, index) => {
    const before = codes[index - 1];
    const further = codes[index - 2];
    if (before === undefined || further === undefined) return true;
    const step = code - before;
    return step !== before - further || Math.abs(step) > 1;
  }).length;
};

const poolOf = (text: string): number =>
  (/\p{Ll}/u.test(text) ? 26 : 0) +
  (/\p{Lu}/u.test(text) ? 26 : 0) +
  (/\p{Nd}/u.test(text) ? 10 : 0) +
  (/[^\p{Ll}\p{Lu}\p{Nd}]/u.test(text) ? 20 : 0);

const bitsOf = (password: string, name: string): number => {
  const own = name.trim().toLowerCase().split(/[@.\s]/u).filter((part) => part.length > 2);
  const known = own.reduce((text, part) => text.replaceAll(part, "~"), password.toLowerCase());
  const shape = known.replace(common, "~");
  const distinct = new Set(shape).size;
  // Of few different characters, however often, there are few to try.
  const length = Math.min(surprises(shape), distinct * 2.5);
  return length * Math.log2(Math.max(poolOf(password), 2));
};

export const strengthOf = (password: string, name = ""): Strength => {
  const missing = MIN_CHARACTERS - Array.from(password).length;
  if (missing > 0)
    return {
      level: 0,
      words: missing === 1 ? "One more character." : `${missing} more characters.`,
    };
  const bits = bitsOf(password, name);
  if (bits < WEAK_BITS)
    return { level: 1, words: "Weak. A few words that do not belong together are harder to guess." };
  if (bits < FAIR_BITS) return { level: 2, words: "Fair. Another word makes it strong." };
  return { level: 3, words: "Strong." };
};
