import { request } from "node:http";
import { createConnection } from "node:net";
import { networkInterfaces } from "node:os";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type LiveServer, startServer } from "../../../src/cli/live/live-server.ts";

const TOKEN = "0123456789abcdef";
const page = () => "<p>page";
let server: LiveServer;
let followers = 0;
let first: unknown;
const greeting = () => first;
const OPTIONS = { asker: "--serve", token: TOKEN, page };
const QUIET = { greeting, onFollow: () => {} };
beforeEach(async () => {
  [followers, first] = [0, undefined];
  server = await startServer({ ...OPTIONS, events: { greeting, onFollow: () => followers++ } });
});
afterEach(() => server.close());

/** What comes back to a request of the path, with a host that `fetch` would not send. */
function ask(path: string, { method = "GET", host = `127.0.0.1:${server.port}` } = {}) {
  return new Promise<{ status: number | undefined; headers: Record<string, unknown>; text: string }>((done, fail) => {
    const asked = request({ port: server.port, host: "127.0.0.1", path, method, headers: { host } }, async (answer) => {
      let text = "";
      for await (const part of answer.setEncoding("utf8")) text += part;
      done({ status: answer.statusCode, headers: answer.headers, text });
    });
    asked.on("error", fail).end();
  });
}

describe("startServer(options)", () => {
  test("serves the page under the token, and lets no other site know of it", async () => {
    const answer = await fetch(server.address);
    expect([answer.status, await answer.text()]).toEqual([200, "<p>page"]);
    expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(answer.headers.get("referrer-policy")).toBe("no-referrer");
    expect(answer.headers.get("access-control-allow-origin")).toBeNull();
    expect((await ask(`/${TOKEN}`)).text).toBe("<p>page");
  });

  test("draws a token of 128 bits unless it is given one", async () => {
    const tokens = await Promise.all(
      [1, 2].map(async () => {
        const { address, close } = await startServer({ asker: "play", page });
        await close();
        return new URL(address).pathname;
      }),
    );
    for (const token of tokens) expect(token).toMatch(/^\/[0-9a-f]{32}\/$/);
    expect(tokens[0]).not.toBe(tokens[1]);
  });

  test.each([
    "/",
    `/${TOKEN.slice(0, -1)}/`,
    `/${TOKEN}0/`,
    `/${TOKEN.toUpperCase()}/`,
    "/events",
    "/wrong/events",
    `//${TOKEN}/`,
    `/?token=${TOKEN}`,
  ])("answers %s like an address that does not exist", async (path) => {
    const known = await ask(`/${TOKEN}/nothing`);
    const { status, text } = await ask(path);
    expect([status, text]).toEqual([404, "404\n"]);
    expect([known.status, known.text]).toEqual([404, "404\n"]);
  });

  test.each(["evil.example", "evil.example:80", "127.0.0.1.evil.example", "192.168.0.7"])(
    "refuses the host '%s', which a name on another machine may lead here",
    async (host) => {
      expect((await ask(`/${TOKEN}/`, { host })).status).toBe(404);
    },
  );

  test("answers the hosts of a tunnel, which may have another port", async () => {
    for (const host of ["localhost:9", "127.0.0.1:9", "LOCALHOST"])
      expect((await ask(`/${TOKEN}/`, { host })).status).toBe(200);
  });

  test("takes GET and HEAD alone", async () => {
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
      const { status, headers } = await ask(`/${TOKEN}/`, { method });
      expect([method, status, headers.allow]).toEqual([method, 405, "GET, HEAD"]);
    }
    expect((await ask("/", { method: "POST" })).status).toBe(404);
    expect(await ask(`/${TOKEN}/`, { method: "HEAD" })).toMatchObject({ status: 200, text: "" });
    expect(await ask(`/${TOKEN}/events`, { method: "HEAD" })).toMatchObject({ status: 200, text: "" });
    expect([followers, server.following]).toEqual([0, 0]);
  });

  test("is not to be reached by another address of this machine", async () => {
    const others = Object.values(networkInterfaces()).flatMap((all) => (all ?? []).filter(({ internal }) => !internal));
    const reached = others.map(
      ({ address, family, scopeid }) =>
        new Promise((done) => {
          const host = family === "IPv6" && scopeid ? `${address}%${scopeid}` : address;
          const socket = createConnection({ host, port: server.port });
          socket.on("connect", () => done(address)).on("error", () => done(undefined));
        }),
    );
    expect((await Promise.all(reached)).filter((address) => address !== undefined)).toEqual([]);
  });

  test("tells a page what there is as it begins to follow", async () => {
    first = "the first";
    const text = textOf(await fetch(`${server.address}events`));
    await vi.waitFor(() => expect(text.now).toBe('retry: 2000\n\ndata: "the first"\n\n'));
  });

  test("sends events, each a line of JSON and an empty one, to all that follow, until it is closed", async () => {
    const answers = await Promise.all([1, 2].map(() => fetch(`${server.address}events`)));
    expect(answers.map(({ headers }) => headers.get("content-type"))).toEqual(Array(2).fill("text/event-stream"));
    expect([followers, server.following]).toEqual([2, 2]);
    server.send({ text: "two\nlines" });
    server.send(7);
    const texts = answers.map((answer) => textOf(answer));
    await vi.waitFor(() => expect(texts.map(({ now }) => now.split("data").length)).toEqual([3, 3]));
    await server.close().then(() => Promise.all(texts.map(({ end }) => end)));
    const events = 'retry: 2000\n\ndata: {"text":"two\\nlines"}\n\ndata: 7\n\n';
    expect(texts.map(({ now }) => now)).toEqual([events, events]);
    server = await startServer({ ...OPTIONS, events: QUIET });
  });

  test("forgets a page that was closed, and refuses a port that is taken", async () => {
    const gone = new AbortController();
    await fetch(`${server.address}events`, { signal: gone.signal });
    expect(server.following).toBe(1);
    gone.abort();
    await vi.waitFor(() => expect(server.following).toBe(0));
    const again = startServer({ ...OPTIONS, port: server.port, events: QUIET });
    await expect(again).rejects.toThrow(
      `--port ${server.port}: can't listen: address already in use; give another --port, or none for a free one`,
    );
  });

  test("sends a policy with the page, and has no events where there are none", async () => {
    const other = await startServer({ ...OPTIONS, policy: "default-src 'none'" });
    const { headers } = await fetch(other.address);
    const status = (await fetch(`${other.address}events`)).status;
    await other.close();
    expect(headers.get("content-security-policy")).toBe("default-src 'none'; frame-ancestors 'none'");
    expect(status).toBe(404);
  });
});

/** What has come of an answer, and its end, which may be a connection that breaks off. */
function textOf(answer: Response): { readonly now: string; readonly end: Promise<void> } {
  const read = { now: "", end: Promise.resolve() };
  const decoder = new TextDecoder();
  read.end = (async () => {
    for await (const part of answer.body as ReadableStream<Uint8Array>) read.now += decoder.decode(part);
  })().catch(() => {});
  return read;
}

test("answers that nobody reads share the bytes of the page, and let another reader have it", async () => {
  const long = `é${"x".repeat(4_000_000)}`;
  const { port, address, close } = await startServer({ ...OPTIONS, page: () => long });
  const before = process.memoryUsage().rss;
  const sockets = Array.from({ length: 60 }, () => createConnection(port, "127.0.0.1").pause());
  try {
    for (const socket of sockets) socket.write(`GET /${TOKEN}/ HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(20));
    await Promise.all(sockets.map((socket) => new Promise((ready) => socket.once("readable", ready))));
    expect(await (await fetch(address)).text()).toBe(long);
    expect(process.memoryUsage().rss - before).toBeLessThan(200e6); // 60 copies alone are 240 MB
  } finally {
    for (const socket of sockets) socket.destroy();
    await close();
  }
});
