// Secrets stay in the browser: which fields and URL parameters must not be told, and what is said instead.

export const REDACTED = '[REDACTED]';

// Rather a word too many: what a name like "postcard" loses is a value in a report.
const SECRET =
  /pass(?!enger)|pwd|card|credit|cv[vc]|csc|ccn|social|secur|secret|token|iban|one-time|\bssn|ssn\b|\b(cc|pin|otp)\b/i;

export const isSecret = (name: string): boolean =>
  SECRET.test(name.replace(/([a-z])([A-Z])|_|\d/g, '$1 $2'));

interface Field extends Pick<HTMLInputElement, 'name' | 'id' | 'type'> {
  getAttribute(name: 'autocomplete'): string | null;
}

// As it is written: of autocomplete Firefox knows no cc-csc and no one-time-code, where the same words serve.
export const isSecretField = (field: Field): boolean =>
  isSecret([field.type, field.name, field.id, field.getAttribute('autocomplete')].join(' '));

export const redactUrl = (url: string): string =>
  url.replace(/([?&#;]([^=&#?;]+)=)[^&#;]*/g, (pair: string, start: string, name: string) =>
    isSecret(name) ? start + REDACTED : pair,
  );
