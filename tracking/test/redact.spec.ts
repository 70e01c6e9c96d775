// redact.ts: which names are secret, and URLs without their values.
import { isSecret, isSecretField, redactUrl } from '../src/redact';
import { expect, test } from '@playwright/test';

const SECRET = [
  'password', 'user_password', 'newPasswd', 'pwd', 'passphrase', 'creditLimit', 'cardNumber', 'card-number',
  'giftcard', 'cc-number', 'ccNumber', 'cvv', 'cvv2', 'cvc', 'csc', 'ssn', 'SSN', 'userSsn', 'ssnLast4',
  'social_security', 'securityCode', 'otp', 'pin', 'userPin', 'api_token', 'iban',
];
const PLAIN = [
  'name', 'email', 'phone', 'message', 'subject', 'className', 'classname', 'businessname', 'passenger',
  'shipping', 'laptop', 'account', 'accountName', 'keyboard', 'product', 'budget', 'pineapple', 'utm_source',
];

for (const name of SECRET) {
  test(`${name} is secret`, () => {
    expect(isSecret(name)).toBe(true);
  });
}
for (const name of PLAIN) {
  test(`${name} is not secret`, () => {
    expect(isSecret(name)).toBe(false);
  });
}

test('a field is secret by its name, id, type or autocomplete', () => {
  const judge = (given: Readonly<Record<string, string>>): boolean => {
    const field = { name: 'a', id: 'b', type: 'text', autocomplete: '', ...given };
    // As an element has them: what the browser thinks of autocomplete is not what the page says.
    const element = { ...field, getAttribute: (name: keyof typeof field) => field[name] };
    return isSecretField(element);
  };
  expect(judge({})).toBe(false);
  expect(judge({ name: 'cardNo' })).toBe(true);
  expect(judge({ id: 'cvv' })).toBe(true);
  expect(judge({ type: 'password' })).toBe(true);
  expect(judge({ autocomplete: 'billing cc-exp' })).toBe(true);
  expect(judge({ autocomplete: 'one-time-code' })).toBe(true);
  expect(judge({ autocomplete: 'email' })).toBe(false);
});

test('a URL keeps everything but the values of secret parameters', () => {
  expect(redactUrl('https://a.test/x?name=b&password=c#token=d&e=f')).toBe(
    'https://a.test/x?name=b&password=[REDACTED]#token=[REDACTED]&e=f',
  );
  expect(redactUrl('https://a.test/pass=1?a=b')).toBe('https://a.test/pass=1?a=b');
});
