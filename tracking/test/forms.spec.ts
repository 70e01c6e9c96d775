// forms.ts: submissions with secrets left out, and the first touch of each field.
import { expect, pass, test } from './fixture';

const STAY = '<script>addEventListener("submit", (e) => e.preventDefault())</script>';

test('a submission is sent at once, on its own, without secrets', async ({ page, edge }) => {
  edge.tracked(
    '/p',
    `<form id="order" action="/buy?token=t" method="post">
      <input name="name" value="Ada"><input name="email" type="email" value="ada@example.org">
      <input name="login" type="password" value="SECRET1"><input name="cardNumber" value="SECRET2">
      <input name="a" id="cvv" value="SECRET3"><input name="b" autocomplete="cc-csc" value="SECRET4">
      <input name="SSN" value="SECRET5"><input name="code" autocomplete="one-time-code" value="SECRET6">
      <select name="size"><option value="s"><option value="m" selected></select>
      <textarea name="message">Hello</textarea>
      <input type="checkbox" name="news" value="yes" checked><input type="checkbox" name="ads" value="yes">
      <input type="radio" name="pay" value="cash"><input type="radio" name="pay" value="bill" checked>
      <input value="nameless"><input type="file" name="cv"><button name="go">Send</button>
    </form>${STAY}`,
  );
  await page.goto('/p');
  await page.click('button');
  await expect.poll(() => edge.of('form_submit').length).toBe(1);
  const [submit] = edge.of('form_submit');
  expect(submit?.eventData).toEqual({
    formId: 'order',
    formAction: `${edge.origin}/buy?token=[REDACTED]`,
    formMethod: 'post',
    formData: {
      name: 'Ada', email: 'ada@example.org', login: '[REDACTED]', cardNumber: '[REDACTED]',
      a: '[REDACTED]', b: '[REDACTED]', SSN: '[REDACTED]', code: '[REDACTED]', size: 'm',
      message: 'Hello', news: 'yes', pay: 'bill',
    },
  });
  expect(edge.requests.find(({ message }) => message.eventType === 'form_submit')).toBeDefined();
  for (const { body } of edge.requests) expect(body).not.toContain('SECRET');
});

test('a form without id, whose fields are called id and action, is unknown and no trouble', async ({
  page,
  edge,
}) => {
  edge.tracked('/p', `<form><input name="id" value="7"><input name="action" value="x"><button>b</button></form>${STAY}`);
  await page.goto('/p');
  await page.click('button');
  await expect.poll(() => edge.of('form_submit').length).toBe(1);
  expect(edge.of('form_submit')[0]?.eventData).toEqual({
    formId: 'unknown',
    formAction: `${edge.origin}/p`,
    formMethod: 'get',
    formData: { id: '7', action: 'x' },
  });
});

test('a form that the browser finds invalid was not submitted', async ({ page, edge }) => {
  edge.tracked('/p', `<form><input name="a" required><button>b</button></form>${STAY}`);
  await page.clock.install();
  await page.goto('/p');
  await page.click('button');
  await pass(page, edge, 10_000);
  expect(edge.of('form_submit')).toEqual([]);
  expect(edge.of('click')).toHaveLength(1);
});

test('a submission that leaves the page arrives', async ({ page, edge }) => {
  edge.tracked('/p', '<form action="/q"><input name="a" value="1"><button>b</button></form>');
  edge.tracked('/q');
  await page.goto('/p');
  await page.click('button');
  await page.waitForURL('**/q?a=1');
  await expect.poll(() => edge.of('form_submit').length).toBe(1);
});

test('long answers are cut so that the server takes the event', async ({ page, edge }) => {
  const fields = Array.from({ length: 40 }, (_, i) => `<textarea name="f${i}">${'ä'.repeat(900)}</textarea>`);
  edge.tracked('/p', `<form>${fields.join('')}<button>b</button></form>${STAY}`);
  await page.goto('/p');
  await page.click('button');
  await expect.poll(() => edge.of('form_submit').length).toBe(1);
  const { eventData } = edge.of('form_submit')[0] ?? {};
  expect(Buffer.byteLength(JSON.stringify(eventData))).toBeLessThan(10_000);
  expect((eventData?.formData as Record<string, string>).f0).toBe('ä'.repeat(500));
});

test('formValues off tells which fields there were and no answer', async ({ page, edge }) => {
  edge.tracked(
    '/p',
    `<form><input name="a" value="private"><button>b</button></form>${STAY}`,
    'data-form-values="false"',
  );
  await page.goto('/p');
  await page.click('button');
  await expect.poll(() => edge.of('form_submit').length).toBe(1);
  expect(edge.of('form_submit')[0]?.eventData.formData).toEqual({ a: '' });
});

test('form_focus comes once for each field', async ({ page, edge }) => {
  edge.tracked('/p', '<form><input name="a"><input id="b" type="email"></form>');
  await page.clock.install();
  await page.goto('/p');
  for (const selector of ['[name=a]', '#b', '[name=a]']) await page.focus(selector);
  await pass(page, edge, 10_000);
  expect(edge.of('form_focus').map(({ eventData }) => eventData)).toEqual([
    { field: 'a', type: 'text' },
    { field: 'b', type: 'email' },
  ]);
});
