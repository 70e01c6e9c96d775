// Secrets stay in the browser: which fields and URL parameters must not be told, and what is said instead.

export const REDACTED = '[REDACTED]';

// Rather a word too many: what a name like "postcard" loses is a value in a report.
const SECRET =
  /pass(?!enger)|pwd|card|credit|cv[vc]|csc|ccn|social|secur|secret|token|iban|one-time|\bssn|ssn\b|\b(cc|pin|otp)\b/;

export const isSecret = (name: string): boolean =>
  SECRET.test(name.replace(/([a-z])([A-Z])|_|\d/g, '$1 $2').toLowerCase());

interface Field {
  readonly name: string;
  readonly id: string;
  readonly type: string;
  readonly autocomplete?: string;
}

// Autocomplete says cc-number, current-password, one-time-code: the same words serve.
export const isSecretField = ({ type, name, id, autocomplete }: Field): boolean =>
  isSecret([type, name, id, autocomplete].join(' '));

export const redactUrl = (url: string): string =>
  url.replace(/([?&#;]([^=&#?;]+)=)[^&#;]*/g, (pair: string, start: string, name: string) =>
    isSecret(name) ? start + REDACTED : pair,
  );
