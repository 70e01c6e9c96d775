// Stands for the network's edge in the tests: serves the demo site, the built script and pages of a test's
// own, and takes POST /collect like the real endpoint while writing down what came.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';

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

const schema = JSON.parse(
  readFileSync(new URL('../../contract/collect.schema.json', import.meta.url), 'utf8'),
) as { $defs: object };
const ajv = new Ajv2020({ strict: false, formats: { 'date-time': true } }).addSchema(schema, 'collect');
const isBody = ajv.getSchema('collect');
const eventDataOf = (eventType: string) =>
  ajv.getSchema(`collect#/$defs/EventData/properties/${eventType}`);

/** What is wrong with a body of events by the contract, whose shapes of eventData the script must keep to. */
const findFault = (message: Json): string | undefined => {
  if (!isBody?.(message)) return ajv.errorsText(isBody?.errors);
  for (const { eventType, eventData } of unwrap(message)) {
    const isData = eventDataOf(eventType);
    if (isData && !isData(eventData)) return `${eventType}: ${ajv.errorsText(isData.errors)}`;
  }
  return undefined;
};

// A transparent pixel, since a browser tells an image from none.
const GIF = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
const SCRIPT = /^(?:\/js)?(\/(?:tracking|f)\.js)$|^(\/js\/[a-z]+\.[0-9a-f]{16}\.js)$/;

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export class Edge {
  readonly #server = createServer((request, response) => {
    void this.#answer(request, response).catch((error: unknown) => {
      // What a browser breaks off, or the end of a test, was never sent.
      if (request.complete) throw error;
    });
  });
  readonly #pages = new Map<string, string>();
  requests: Request[] = [];
  /** What came that the contract does not know. */
  faults: string[] = [];
  /** Decides the answer to each message of events; the default accepts. */
  decide: (message: Json) => Answer = () => ({ status: 202 });

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
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
    const isPixel = path === '/px.gif';
    if (request.method !== 'GET' || isPixel) {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const query = new URL(request.url ?? '/', this.origin).searchParams;
      const body = query.get('data') ?? Buffer.concat(chunks).toString();
      const message = body ? (JSON.parse(body) as Json) : {};
      const { status, retryAfter }: Answer =
        'eventType' in message ? this.decide(message) : { status: 202 };
      if (retryAfter) response.setHeader('Retry-After', retryAfter);
      const fault = 'eventType' in message ? findFault(message) : undefined;
      if (fault) this.faults.push(fault);
      const { method = '', headers } = request;
      this.requests.push({ method, path, headers, body, message, status });
      if (isPixel && status < 300) response.writeHead(200, { 'Content-Type': 'image/gif' }).end(GIF);
      else response.writeHead(status, { 'Content-Type': 'application/json' }).end('{}');
      return;
    }
    const own = this.#pages.get(path);
    if (own !== undefined) {
      response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(own);
      return;
    }
    try {
      const name = path.endsWith('/') ? `${path}index.html` : path;
      const [isScript, plain, hashed] = SCRIPT.exec(name) ?? [];
      const content = await readFile(
        file(isScript ? `../dist${plain ?? hashed ?? ''}` : `../demo${name}`),
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
