// May we? Do Not Track, Global Privacy Control, opt-out and consent; until yes, no request, no storage.
import { isOn, needsConsent } from './config';
import { guard } from './guard';
import { forgetVisitor, get, set } from './storage';

interface Signals {
  readonly doNotTrack?: string | null;
  readonly globalPrivacyControl?: boolean;
}

const { doNotTrack, globalPrivacyControl } = navigator as Signals;
const isRefused =
  isOn('respectDnt') &&
  (!!globalPrivacyControl || [doNotTrack, (window as Signals).doNotTrack].includes('1'));
let isOptedOut = !!get('opt_out');
let isGranted = !needsConsent || !!get('consent');
let pending: (() => void) | undefined;

export const isAllowed = (): boolean => isGranted && !isOptedOut && !isRefused;

const startPending = (): void => {
  if (!isAllowed()) return;
  const start = pending;
  pending = undefined;
  start?.();
};

/** Calls `start` as soon as measuring is allowed, once. */
export const whenAllowed = (start: () => void): void => {
  pending = start;
  startPending();
};

export const consent = (granted: boolean): void => {
  isGranted = granted;
  if (isOptedOut) return;
  if (!granted) forgetVisitor();
  else if (isAllowed()) set('consent', 1);
  startPending();
};

/** Remembered on the device, as the one thing kept there. */
export const optOut = (out = true): void => {
  isOptedOut = out;
  if (out) forgetVisitor();
  set('opt_out', out ? 1 : '');
  startPending();
};

/** Obeys analytics_storage of Google's Consent Mode, said before or after us. */
export const followConsentMode = (): void => {
  const host = window as { dataLayer?: unknown[] };
  const layer = (host.dataLayer ??= []);
  const hear = guard((entry: unknown) => {
    const [command, , state] = entry as readonly [unknown, unknown, { analytics_storage?: string }];
    const storage = state.analytics_storage;
    if (command === 'consent' && storage) consent(storage === 'granted');
  });
  layer.forEach(hear);
  const push = layer.push.bind(layer);
  layer.push = (...entries: unknown[]) => {
    entries.forEach(hear);
    return push(...entries);
  };
};
