// A body to the server: by fetch while the page lives, by beacon when it ends. text/plain needs no preflight.
import { endpointUrl } from './config';

// What browsers allow all requests that outlive their page together is 64 KiB.
const KEEPALIVE_BYTES = 61_440;

export const byteLength = (text: string): number => new Blob([text]).size;

/** `settle` gets the status of the answer, 503 where there was none, and how long the server asks to wait. */
export const post = async (
  body: string,
  settle: (status: number, retryAfterMs: number) => void,
): Promise<void> => {
  let status = 503;
  let retryAfterMs = 0;
  try {
    const answer = await fetch(endpointUrl, {
      method: 'POST',
      body,
      credentials: 'omit',
      keepalive: byteLength(body) < KEEPALIVE_BYTES,
    });
    status = answer.status;
    retryAfterMs = Number(answer.headers.get('Retry-After')) * 1_000;
  } catch {
    // No network, or no fetch.
  }
  settle(status, retryAfterMs);
};

/** Whether the browser took the body over; whether it arrives, nobody learns. */
export const beacon = (body: string): boolean =>
  'sendBeacon' in navigator && navigator.sendBeacon(endpointUrl, body);
