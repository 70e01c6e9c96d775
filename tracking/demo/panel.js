// A window for the curious: shows, while it happens, every event that tracking.js sends from this page.
// Loads before the tracker and looks over the shoulder of fetch and sendBeacon; changes nothing they do.
// Says "panel:sent" on the document for each event, with the event as detail, for pages that show one.

/** @typedef {{ eventType: string, eventId?: string, path?: string, timestamp: string, events?: Sent[] }} Sent */

const seen = new Set();
let count = 0;

const panel = document.createElement('aside');
panel.className = 'panel';
panel.setAttribute('aria-label', 'What this page sends');
const toggle = document.createElement('button');
toggle.type = 'button';
toggle.className = 'panel-toggle';
toggle.setAttribute('aria-expanded', 'false');
toggle.setAttribute('aria-controls', 'panel-body');
const body = document.createElement('div');
body.id = 'panel-body';
body.className = 'panel-body';
body.hidden = true;
const intro = document.createElement('p');
intro.textContent =
  'What tracking.js sends from this page, newest first. A pageview and a form leave at once, the rest together after at most ten seconds. What the page before could not have confirmed comes once more.';
const list = document.createElement('ol');
body.append(intro, list);
panel.append(body, toggle);

const showCount = () => {
  toggle.textContent = count === 1 ? 'Sent: 1 event' : `Sent: ${count} events`;
};

/** @param {Sent} event */
const showEvent = (event) => {
  // What is sent twice, to be sure, is still one event.
  if (event.eventId && seen.has(event.eventId)) return;
  seen.add(event.eventId);
  count += 1;
  const entry = document.createElement('li');
  const details = document.createElement('details');
  const summary = document.createElement('summary');
  const name = document.createElement('b');
  name.textContent = event.eventType;
  const place = document.createElement('span');
  place.textContent = event.path ?? '';
  const time = document.createElement('time');
  time.textContent = new Date(event.timestamp).toLocaleTimeString();
  summary.append(name, place, time);
  const text = document.createElement('pre');
  text.textContent = JSON.stringify(event, null, 2);
  details.append(summary, text);
  entry.append(details);
  list.prepend(entry);
  document.dispatchEvent(new CustomEvent('panel:sent', { detail: event }));
};

/** @type {(text: string) => Sent} */
const parse = JSON.parse;

/** @param {unknown} sent */
const show = (sent) => {
  if (typeof sent !== 'string' || !sent.includes('"eventType"')) return;
  const message = parse(sent);
  for (const event of message.events ?? [message]) showEvent(event);
  showCount();
};

const originalFetch = window.fetch.bind(window);
window.fetch = (input, init) => {
  show(init?.body);
  return originalFetch(input, init);
};
const originalBeacon = navigator.sendBeacon.bind(navigator);
navigator.sendBeacon = (url, data) => {
  show(data);
  return originalBeacon(url, data);
};

toggle.addEventListener('click', () => {
  body.hidden = !body.hidden;
  toggle.setAttribute('aria-expanded', String(!body.hidden));
});
showCount();
document.body.append(panel);
