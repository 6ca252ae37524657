import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll } from 'vitest';

/** What the server does with a request; it has all the ways in which networks fail. */
export type Behaviour =
  | { readonly kind: 'serve' }
  /** Serves, but knows nothing of ranges. */
  | { readonly kind: 'whole' }
  /** Cuts the line after so many bytes of the body. */
  | { readonly kind: 'cut'; readonly after: number }
  /** Sends so many bytes, and then nothing, with the line open. */
  | { readonly kind: 'stall'; readonly after: number }
  /** Never answers at all. */
  | { readonly kind: 'silent' }
  | { readonly kind: 'status'; readonly status: number }
  /** Announces another length than it sends. */
  | { readonly kind: 'announce'; readonly bytes: number }
  /** Sends so many bytes more than the file has, without a length. */
  | { readonly kind: 'more'; readonly bytes: number }
  /** Turns over one byte. */
  | { readonly kind: 'corrupt' }
  /** Answers a range with another range. */
  | { readonly kind: 'shift' };

export interface TestServer {
  readonly url: string;
  /** What the next requests get, one after the other; then all are served. */
  plan(...behaviours: Behaviour[]): void;
  /** The range header of every request so far. */
  readonly asked: (string | undefined)[];
  content: Uint8Array;
  etag: string | undefined;
}

/** A server on this machine alone. */
export async function startServer(content: Uint8Array): Promise<TestServer> {
  const plans: Behaviour[] = [];
  const state = {
    url: '',
    asked: [] as (string | undefined)[],
    content,
    etag: '"one"' as string | undefined,
    plan: (...behaviours: Behaviour[]) => {
      plans.splice(0, plans.length, ...behaviours);
      state.asked.length = 0;
    },
  };
  const server = createServer((request, response) => {
    state.asked.push(request.headers.range);
    answer(plans.shift() ?? { kind: 'serve' }, request, response, state);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/file`;
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return state;
}

function answer(
  behaviour: Behaviour,
  request: IncomingMessage,
  response: ServerResponse,
  { content, etag }: { content: Uint8Array; etag: string | undefined },
): void {
  if (behaviour.kind === 'silent') return;
  if (behaviour.kind === 'status') {
    response.writeHead(behaviour.status).end('no');
    return;
  }
  if (etag !== undefined) response.setHeader('etag', etag);
  const from = behaviour.kind === 'whole' ? 0 : startOf(request, etag);
  const body = content.subarray(from);
  if (from > 0) {
    response.statusCode = 206;
    const first = behaviour.kind === 'shift' ? from + 1 : from;
    response.setHeader('content-range', `bytes ${first}-${content.length - 1}/${content.length}`);
  }
  switch (behaviour.kind) {
    case 'cut':
      response.setHeader('content-length', body.length);
      response.write(body.subarray(0, behaviour.after), () => setTimeout(() => response.destroy(), 20));
      return;
    case 'stall':
      response.setHeader('content-length', body.length);
      response.write(body.subarray(0, behaviour.after));
      return;
    case 'announce':
      response.setHeader('content-length', behaviour.bytes);
      response.write(body, () => setTimeout(() => response.destroy(), 20));
      return;
    case 'more':
      response.write(body);
      response.end(new Uint8Array(behaviour.bytes));
      return;
    case 'corrupt':
      response.end(body.map((byte, i) => (i === body.length >> 1 ? byte ^ 1 : byte)));
      return;
    default:
      response.setHeader('content-length', body.length);
      response.end(body);
  }
}

function startOf({ headers }: IncomingMessage, etag: string | undefined): number {
  const start = headers.range?.match(/^bytes=(\d+)-$/)?.[1];
  return start !== undefined && headers['if-range'] === etag ? Number(start) : 0;
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
