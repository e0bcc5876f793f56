import { readdirSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

export const BASE = "/mmoe/";
/** The site that the tests of this tier look at. */
export const OUT = fileURLToPath(new URL("../../test-output/site/", import.meta.url));

/** Its files, as paths from its root. */
export function files(): string[] {
  const all = readdirSync(OUT, { recursive: true, withFileTypes: true });
  return all.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name).slice(OUT.length));
}

/** Its own pages: without the playground, reports, and what it brings along. */
export function pages(): string[] {
  const others = /^(files|assets)\/|^play\.html$|\/report\.html$/;
  return files().filter((file) => file.endsWith(".html") && !others.test(file));
}

export const textOf = (file: string) => readFileSync(join(OUT, file), "utf8");

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".webp": "image/webp",
  ".json": "application/json",
};

/** Serves it as static hosts do: texts are compressed, and a path that ends with a slash is its index. */
export async function served(): Promise<{ address: string; server: Server }> {
  const known = new Set(files());
  const server = createServer(({ url = "" }, response) => {
    const path = decodeURIComponent(new URL(url, "http://site").pathname);
    const file = path.startsWith(BASE) ? path.slice(BASE.length).replace(/(^|\/)$/, "$1index.html") : "";
    if (!known.has(file)) return response.writeHead(404).end();
    const type = TYPES[extname(file)] ?? "text/plain";
    const body = readFileSync(join(OUT, file));
    if (type === "image/webp") return response.writeHead(200, { "content-type": type }).end(body);
    return response.writeHead(200, { "content-type": type, "content-encoding": "gzip" }).end(gzipSync(body));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}${BASE}`, server };
}
