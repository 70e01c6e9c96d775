// Random ids: a UUID, or where the context is not secure and has none, as many random hexadecimal digits.

export const uuid = (): string =>
  (crypto as Partial<Crypto>).randomUUID?.() ??
  Array.from(crypto.getRandomValues(new Uint16Array(8)), (word) => word.toString(16)).join('');
