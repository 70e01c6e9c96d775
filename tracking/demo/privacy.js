// The visitor's choice: says it to the tracker, and shows what the browser keeps, while it changes.

/** @typedef {{ consent?: (granted: boolean) => void, optOut?: (out?: boolean) => void }} Choice */

// A page is not told of its own writes to localStorage, so it looks now and then.
const LOOK_EVERY_MS = 500;
const PREFIX = '_ts_';
const MAX_VALUE = 240;

/** @type {Readonly<Record<string, string>>} */
const PURPOSES = {
  _ts_visitor_id: 'a random number, to know this browser again',
  _ts_session_id: 'a random number for this visit',
  _ts_session_start: 'when the visit began',
  _ts_last_activity: 'a visit ends half an hour after this',
  _ts_queue: 'events of which nobody has confirmed the arrival yet',
  _ts_consent: 'your yes to this page',
  _ts_opt_out: 'your wish to be left out, the one thing kept for it',
};

const { doNotTrack, globalPrivacyControl } =
  /** @type {Navigator & { globalPrivacyControl?: boolean }} */ (navigator);

const readTracker = () => /** @type {{ footfall?: Choice }} */ (window).footfall;

/** @returns {readonly (readonly [string, string])[]} of the keys of ours, by name */
const readKept = () => {
  try {
    return Object.keys(localStorage)
      .filter((key) => key.startsWith(PREFIX))
      .sort()
      .map((key) => [key, localStorage.getItem(key) ?? '']);
  } catch {
    return [];
  }
};

/** @param {ReadonlyMap<string, string>} kept */
const describe = (kept) => {
  if (doNotTrack === '1' || globalPrivacyControl) {
    return 'Your browser says no for you, and nothing is measured.';
  }
  if (kept.get('_ts_opt_out')) return 'You are left out: nothing is measured on any page here.';
  if (kept.get('_ts_consent')) return 'You said yes, and this page is being measured.';
  return 'You have not said yes: nothing on this page is measured.';
};

/** @param {string} tag @param {string} text */
const make = (tag, text) => {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
};

/** @param {string} value The queue can be long; its beginning tells what it is. */
const shorten = (value) =>
  value.length > MAX_VALUE ? `${value.slice(0, MAX_VALUE)}… (${value.length} characters)` : value;

/** @param {readonly [string, string]} entry */
const makeRow = ([key, value]) => {
  const row = document.createElement('tr');
  const head = make('th', key);
  head.setAttribute('scope', 'row');
  row.append(head, make('td', shorten(value) || '(empty)'), make('td', PURPOSES[key] ?? ''));
  return row;
};

let shown = '';

const look = () => {
  const kept = readKept();
  const seen = JSON.stringify(kept);
  // Only what changed is written, so that a screen reader is not told the same twice a second.
  if (seen === shown) return;
  shown = seen;
  const none = document.createElement('tr');
  const cell = document.createElement('td');
  cell.colSpan = 3;
  cell.textContent = 'Nothing.';
  none.append(cell);
  const state = document.querySelector('[data-state]');
  const words = describe(new Map(kept));
  if (state && state.textContent !== words) state.textContent = words;
  document
    .querySelector('[data-kept]')
    ?.replaceChildren(...(kept.length ? kept.map(makeRow) : [none]));
};

/** @param {string} id @param {(tracker: Choice) => void} say */
const offer = (id, say) => {
  document.getElementById(id)?.addEventListener('click', () => {
    const tracker = readTracker();
    if (tracker) say(tracker);
    look();
  });
};

offer('consent-yes', ({ consent }) => consent?.(true));
offer('consent-no', ({ consent }) => consent?.(false));
offer('opt-out', ({ optOut }) => optOut?.());
offer('opt-in', ({ optOut }) => optOut?.(false));

/** @param {string} id @param {boolean} isOn */
const showSignal = (id, isOn) => {
  const place = document.getElementById(id);
  if (place) place.textContent = isOn ? 'on' : 'off';
};

showSignal('dnt', doNotTrack === '1');
showSignal('gpc', globalPrivacyControl === true);
look();
setInterval(look, LOOK_EVERY_MS);
