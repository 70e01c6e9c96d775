// The checkout shows what was sent of its form. It knows that from the panel, which reads it off the request.

/** @typedef {{ eventType: string, eventData?: { formId?: string, formData?: Record<string, string> } }} Told */

const FORM_ID = 'checkout-form';
const REDACTED = '[REDACTED]';

const sent = document.getElementById('sent');
const notSent = document.getElementById('not-sent');
const form = document.getElementById(FORM_ID);
let isTold = false;

/** @param {string} value */
const makeValue = (value) => {
  const cell = document.createElement('td');
  if (value === REDACTED) {
    const mark = document.createElement('code');
    mark.className = 'redacted';
    mark.textContent = value;
    cell.append(mark);
  } else cell.textContent = value || '(empty)';
  return cell;
};

document.addEventListener('panel:sent', (event) => {
  const { eventType, eventData } = /** @type {CustomEvent<Told>} */ (event).detail;
  if (eventType !== 'form_submit' || eventData?.formId !== FORM_ID || !sent || !notSent) return;
  isTold = true;
  const rows = Object.entries(eventData.formData ?? {}).map(([name, value]) => {
    const row = document.createElement('tr');
    const head = document.createElement('th');
    head.scope = 'row';
    head.textContent = name;
    row.append(head, makeValue(value));
    return row;
  });
  sent.querySelector('tbody')?.replaceChildren(...rows);
  sent.hidden = false;
  notSent.hidden = true;
});

form?.addEventListener('submit', () => {
  // The tracker heard of the submission first, so what it sends at once has been sent by now.
  if (!sent || !notSent) return;
  sent.hidden = !isTold;
  notSent.hidden = isTold;
  (isTold ? sent : notSent).querySelector('h2')?.focus();
  isTold = false;
});

document.getElementById('invent')?.addEventListener('click', () => {
  for (const field of form?.querySelectorAll('input, textarea') ?? []) {
    if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) {
      field.value = field.dataset.example ?? '';
    }
  }
});
