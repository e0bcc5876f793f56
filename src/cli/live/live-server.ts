import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { UsageError } from "../../errors.ts";
import { isSystemError, systemReason } from "../../system-errors.ts";

/** The only interface that is ever listened on. */
const LOOPBACK = "127.0.0.1";
/** What a browser on this machine, or at the near end of a tunnel, calls the server. A name that DNS gives is none of these. */
const NAMES = [LOOPBACK, "localhost"];
/** How long a browser waits before it asks again for events that broke off. */
const RETRY_MS = 2000;
/** Bytes that wait for a reader of events before it is given up. */
const LARGEST_WAIT = 1_000_000;

interface ServerOptions {
  /** The option or command that asked for it, as errors name it. */
  readonly asker: string;
  /** Undefined for any that is free. */
  readonly port?: number | undefined;
  /** What an address must hold: by default nobody can guess it. */
  readonly token?: string;
  readonly page: () => string;
  /** What the page may load and run, besides what it says itself. */
  readonly policy?: string;
  /** Events that the page follows; absent for none. */
  readonly events?: {
    /** What a page is told as it begins to follow; undefined for nothing. */
    readonly greeting: () => unknown;
    /** Called when a page begins to follow. */
    readonly onFollow: () => void;
  };
}

/** Serves one page and its events, on this machine alone. */
export interface LiveServer {
  readonly port: number;
  readonly address: string;
  /** Pages that follow now. */
  readonly following: number;
  /** Sends a value, as JSON, to all pages that follow. */
  send(event: unknown): void;
  /** Ends all connections, and listens no more. */
  close(): Promise<void>;
}

/** Listens at once. UsageError if the port can't be had. */
export async function startServer({
  port,
  asker,
  token = randomBytes(16).toString("hex"),
  page,
  policy,
  events,
}: ServerOptions): Promise<LiveServer> {
  const readers = new Set<ServerResponse>();
  const bytesOf = encoder();
  const server = createServer((request, response) => {
    const path = pathOf(request, token);
    if (path === undefined) return refuse(response, 404);
    const { method = "" } = request;
    if (method !== "GET" && method !== "HEAD") return refuse(response, 405, { Allow: "GET, HEAD" });
    if (path === "")
      return answer(response, "text/html; charset=utf-8", method === "HEAD" ? undefined : bytesOf(page()), policy);
    if (path !== "events" || events === undefined) return refuse(response, 404);
    if (method === "HEAD") return answer(response, "text/event-stream");
    response.writeHead(200, { ...HEADERS, "Content-Type": "text/event-stream" });
    const first = events.greeting();
    response.write(`retry: ${RETRY_MS}\n\n${first === undefined ? "" : eventText(first)}`);
    readers.add(response);
    response.on("close", () => readers.delete(response));
    events.onFollow();
  });
  const own = await listen(server, port, asker);
  return {
    port: own,
    address: `http://${LOOPBACK}:${own}/${token}/`,
    get following() {
      return readers.size;
    },
    send(event) {
      const text = eventText(event);
      for (const reader of readers) {
        if (reader.writableLength > LARGEST_WAIT) reader.destroy();
        else reader.write(text);
      }
    },
    async close() {
      const closed = once(server, "close");
      server.close();
      for (const reader of readers) reader.end();
      server.closeAllConnections();
      await closed;
    },
  };
}

function eventText(event: unknown): string {
  return `data: ${JSON.stringify(event)}\n\n`;
}

async function listen(server: Server, port: number | undefined, asker: string): Promise<number> {
  try {
    server.listen(port ?? 0, LOOPBACK);
    await once(server, "listening");
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const asked = port === undefined ? asker : `--port ${port}`;
    throw new UsageError(`${asked}: can't listen: ${systemReason(error)}; give another --port, or none for a free one`);
  }
  return (server.address() as AddressInfo).port;
}

/** The path behind the token; undefined if the host is not this machine or the token is not the one. */
function pathOf({ headers, url = "" }: IncomingMessage, token: string): string | undefined {
  const host = (headers.host ?? "").replace(/:\d+$/, "").toLowerCase();
  const [, given = "", ...path] = url.split("?")[0].split("/");
  const isToken = same(given, token);
  return isToken && NAMES.includes(host) ? path.join("/") : undefined;
}

/** Compares in a time that says nothing of where two texts differ. */
function same(a: string, b: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

const NO_FRAMES = "frame-ancestors 'none'";

/** The address holds the token: no other site is told of it, and none may show or read the page. */
const HEADERS = {
  "Cache-Control": "no-store",
  "Content-Security-Policy": NO_FRAMES,
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

/** Encodes a page once: many answers that nobody reads share its bytes. */
function encoder(): (page: string) => Buffer {
  let [last, bytes] = ["", Buffer.alloc(0)];
  return (page) => {
    if (page !== last) [last, bytes] = [page, Buffer.from(page)];
    return bytes;
  };
}

function answer(response: ServerResponse, type: string, text?: Buffer, policy?: string): void {
  const more = policy === undefined ? {} : { "Content-Security-Policy": `${policy}; ${NO_FRAMES}` };
  response.writeHead(200, { ...HEADERS, ...more, "Content-Type": type }).end(text);
}

function refuse(response: ServerResponse, status: number, headers: Record<string, string> = {}): void {
  response.writeHead(status, { ...HEADERS, ...headers, "Content-Type": "text/plain" }).end(`${status}\n`);
}
