// Stands for the network's edge in the tests: serves the demo site, the built script and pages of a test's
// own, and takes POST /collect like the real endpoint while writing down what came.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.pdf': 'application/pdf',
  '.jpg': 'image/jpeg',
  '.zip': 'application/zip',
};

export type Json = Readonly<Record<string, unknown>>;

/** An event as it counts: of a batch each inner one, with the context of the envelope. */
export interface Sent extends Json {
  readonly eventType: string;
  readonly eventId: string;
  readonly timestamp: string;
  readonly sequence: number;
  readonly sessionId?: string;
  readonly visitorId?: string;
  readonly siteId: string;
  readonly url: string;
  readonly path: string;
  readonly eventData: Json;
}

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly message: Json;
  readonly status: number;
}

/** What the server answers next; `retryAfter` in seconds. */
export interface Answer {
  readonly status: number;
  readonly retryAfter?: number;
}

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export class Edge {
  readonly #server = createServer((request, response) => {
    void this.#answer(request, response);
  });
  #pages = new Map<string, string>();
  requests: Request[] = [];
  /** Decides the answer to each message of events; the default accepts. */
  decide: (message: Json) => Answer = () => ({ status: 202 });

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  reset(): void {
    this.#pages = new Map();
    this.requests = [];
    this.decide = () => ({ status: 202 });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The same server under another host, which makes it another site. */
  get otherOrigin(): string {
    return `http://localhost:${this.port}`;
  }

  /** Serves `html` at `path`. */
  page(path: string, html: string): void {
    this.#pages.set(path, html);
  }

  /** A page with `body` and the script, whose element has `attributes`. */
  tracked(path: string, body = '', attributes = 'data-site="test"', head = ''): void {
    this.page(
      path,
      `<!doctype html><meta charset="utf-8"><title>Page ${path}</title>${head}` +
        `<script defer src="/tracking.js" ${attributes}></script><body>${body}`,
    );
  }

  /** Every event of the answered requests in the order of arrival; sent twice is there twice. */
  get deliveries(): Sent[] {
    return this.requests
      .filter(({ status, message }) => status < 300 && 'eventType' in message)
      .flatMap(({ message }) => unwrap(message));
  }

  /** As the table would hold them: each eventId once. */
  get events(): Sent[] {
    const once = [...new Map(this.deliveries.map((event) => [event.eventId, event])).values()];
    // By when they happened: a beacon may overtake the fetch before it, and the server orders by time.
    return once.sort(
      (a, b) =>
        Date.parse(a.timestamp) - Date.parse(b.timestamp) || a.sequence - b.sequence,
    );
  }

  of(eventType: string): Sent[] {
    return this.events.filter((event) => event.eventType === eventType);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', this.origin).pathname;
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('Access-Control-Expose-Headers', 'Retry-After');
    if (request.method !== 'GET') {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks).toString();
      const message = body ? (JSON.parse(body) as Json) : {};
      const { status, retryAfter }: Answer =
        'eventType' in message ? this.decide(message) : { status: 202 };
      if (retryAfter) response.setHeader('Retry-After', retryAfter);
      const { method = '', headers } = request;
      this.requests.push({ method, path, headers, body, message, status });
      response.writeHead(status, { 'Content-Type': 'application/json' }).end('{}');
      return;
    }
    const own = this.#pages.get(path);
    if (own !== undefined) {
      response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(own);
      return;
    }
    try {
      const name = path.endsWith('/') ? `${path}index.html` : path;
      const content = await readFile(
        /^(\/js)?\/tracking\.js$/.test(name) ? file('../dist/tracking.js') : file(`../demo${name}`),
      );
      response.writeHead(200, { 'Content-Type': MEDIA_TYPES[extname(name)] ?? 'text/plain' });
      response.end(content);
    } catch {
      response.writeHead(404, { 'Content-Type': 'text/html; charset=utf-8' });
      response.end(await readFile(file('../demo/404.html')));
    }
  }
}

const unwrap = (message: Json): Sent[] => {
  if (message.eventType !== 'batch') return [message as Sent];
  const { sessionId, visitorId, siteId, url, path } = message;
  const context = { sessionId, visitorId, siteId, url, path };
  return (message.events as Json[]).map((event) => ({ ...context, ...event }) as Sent);
};
