// localStorage that never throws: where the browser blocks it, values live in memory for this visit.
const memory = new Map<string, string>();

export const remember = (key: string, value: string): void => {
  memory.set(key, value);
  try {
    window.localStorage.setItem(key, value);
  } catch {
    // Blocked or full: memory has it.
  }
};

export const recall = (key: string): string | null => {
  try {
    return window.localStorage.getItem(key) ?? memory.get(key) ?? null;
  } catch {
    return memory.get(key) ?? null;
  }
};

export const forget = (key: string): void => {
  memory.delete(key);
  try {
    window.localStorage.removeItem(key);
  } catch {
    // Blocked: there is nothing to remove.
  }
};
