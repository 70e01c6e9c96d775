// Clicks: what was clicked, with downloads and outbound links told apart, and elements that name an event.
import type { ClickData } from './contract';
import { recordNamed } from './custom';
import { record } from './event';
import { listen } from './guard';
import { redactUrl } from './redact';

const CONTROL = 'a,button,summary,label,input,textarea,select,[role=button],[data-event]';
// What these hold, the visitor wrote; and the text of a whole page tells nothing about a click.
const WORDLESS = 'html,body,textarea,select,[contenteditable],[contenteditable] *';
const DOWNLOAD = /\.(pdf|docx?|xlsx?|zip|rar|jpe?g|png|gif|mp[34])$/i;
const MAX_TEXT = 100;
const MAX_HREF = 2_000;

/** The nearest element that matches, from the innermost under the pointer outwards, out of shadow trees too. */
const climb = (event: Event, selector: string): HTMLElement | undefined =>
  event
    .composedPath()
    .find((node): node is HTMLElement => node instanceof Element && node.matches(selector));

const readText = (element: Element): string =>
  element.matches(WORDLESS)
    ? ''
    : element.textContent.trim().replace(/\s+/g, ' ').slice(0, MAX_TEXT);

const describeLink = (
  link: Element,
): Pick<ClickData, 'href' | 'fileType' | 'isDownload' | 'isOutbound'> => {
  const url = new URL(link.getAttribute('href') ?? '', document.baseURI);
  const fileType = DOWNLOAD.exec(url.pathname)?.[1]?.toLowerCase();
  return {
    href: redactUrl(url.href).slice(0, MAX_HREF),
    fileType,
    isDownload: !!fileType || link.hasAttribute('download') || undefined,
    isOutbound: (url.protocol.startsWith('http') && url.hostname !== location.hostname) || undefined,
  };
};

export const watchClicks = (): void => {
  listen(document, 'click', (event: MouseEvent) => {
    const element = climb(event, CONTROL) ?? climb(event, '*');
    if (!element) return;
    const link = climb(event, '[href]');
    record('click', {
      tagName: element.localName,
      classes: element.getAttribute('class') ?? '',
      id: element.id,
      text: readText(element),
      position: { x: event.clientX, y: event.clientY },
      ...(link ? describeLink(link) : { href: '' }),
    });
    const named = climb(event, '[data-event]');
    if (named) recordNamed(named.dataset);
  });
};
