// Forms: the first touch of each field, and the submission with secrets left out.
import { isOn } from './config';
import { record } from './event';
import { listen } from './guard';
import { isSecretField, REDACTED, redactUrl } from './redact';

const MAX_VALUE = 500;
// The server takes 10,000 bytes of eventData; a character can be three of them.
const MAX_CHARACTERS = 2_800;

const isControl = (target: Element): target is HTMLInputElement =>
  target.matches('input,textarea,select');

const NO_ANSWER = '[type=file],[type=radio]:not(:checked),[type=checkbox]:not(:checked)';

const readValue = (control: HTMLInputElement): string => {
  if (isSecretField(control)) return REDACTED;
  return isOn('formValues') ? control.value.slice(0, MAX_VALUE) : '';
};

const readForm = (form: HTMLFormElement): Readonly<Record<string, string>> => {
  const values: Record<string, string> = {};
  let left = MAX_CHARACTERS;
  for (const control of form.elements) {
    if (!isControl(control) || !control.name || control.matches(NO_ANSWER)) continue;
    const value = readValue(control);
    left -= control.name.length + value.length;
    if (left > 0) values[control.name] = value;
  }
  return values;
};

export const watchForms = (): void => {
  const touched = new WeakSet();
  listen(document, 'focusin', (event: Event) => {
    const target = event.target as Element;
    if (!isControl(target) || touched.has(target)) return;
    touched.add(target);
    const { name, id, type } = target;
    record('form_focus', { field: name || id, type });
  });
  listen(document, 'submit', (event: Event) => {
    const form = event.target as HTMLFormElement;
    record(
      'form_submit',
      {
        // By attribute: form.id is a field where a field is called "id".
        formId: form.getAttribute('id') ?? 'unknown',
        formAction: redactUrl(new URL(form.getAttribute('action') ?? '', document.baseURI).href),
        formMethod: form.getAttribute('method') ?? 'get',
        formData: readForm(form),
      },
      { urgent: true },
    );
  });
};
