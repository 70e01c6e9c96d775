// Text that is selected or copied: how much of it; what it says only where the owner asks.
import { isSet } from './config';
import { record } from './event';
import { guard, listen } from './guard';

const MIN_CHARACTERS = 10;
const MAX_PREVIEW = 100;
const SETTLE_MS = 500;

const recordSelection = (eventType: 'text_copy' | 'text_selection'): void => {
  const text = String(getSelection());
  if (text.length <= MIN_CHARACTERS) return;
  // Never what the visitor wrote.
  const mayQuote =
    isSet('textPreview') && !document.activeElement?.matches('input,textarea,select');
  record(eventType, {
    textLength: text.length,
    textPreview: mayQuote ? text.slice(0, MAX_PREVIEW) : undefined,
  });
};

export const watchText = (): void => {
  let timer: ReturnType<typeof setTimeout>;
  listen(document, 'copy', () => recordSelection('text_copy'));
  listen(document, 'selectionchange', () => {
    clearTimeout(timer);
    timer = setTimeout(guard(recordSelection), SETTLE_MS, 'text_selection');
  });
};
