// The tracking tag as HTML, for the one page that must write it without asking the server.

const escapeAttribute = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");

export const tagFor = (origin: string, siteId: string): string =>
  `<script defer src="${escapeAttribute(origin)}/tracking.js" data-site="${escapeAttribute(siteId.trim())}"></script>`;
