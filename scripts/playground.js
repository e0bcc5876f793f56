// Builds playground/ as one HTML file without requests, with its styles, scripts, kernels and worker inside.
// `node scripts/playground.js <file>`
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { parse as parseCsv } from "csv-parse/sync";
import { build } from "vite";
import { parse } from "yaml";

const root = fileURLToPath(new URL("..", import.meta.url));
const source = join(root, "playground");
const file = process.argv[2] ?? join(root, "playground.html");

/** Nothing of Node gets into the page: vite would replace it by an empty module. */
const noNode = {
  name: "no-node",
  enforce: "pre",
  resolveId(id, importer) {
    if (id.startsWith("node:")) throw new Error(`${importer} imports ${id}, which no browser has`);
  },
};

/** A config as its values, and a table as its rows. */
const values = {
  name: "values",
  transform(code, id) {
    if (id.endsWith(".yaml")) return `export default ${JSON.stringify(parse(code))}`;
    if (id.endsWith(".csv")) return `export default ${JSON.stringify(parseCsv(code, { columns: true }))}`;
  },
};

/** Kernels by gzip, in base64: half of their size. */
const PACKED = "?packed";
const packed = {
  name: "packed",
  enforce: "pre",
  load(id) {
    if (!id.endsWith(PACKED)) return undefined;
    const bytes = gzipSync(readFileSync(id.slice(0, -PACKED.length)), { level: 9 });
    return `export default ${JSON.stringify(bytes.toString("base64"))}`;
  },
};

/** @returns {Promise<{ script: string, style: string }>} */
async function bundled() {
  const result = await build({
    configFile: false,
    root: source,
    logLevel: "warn",
    plugins: [noNode, packed, values],
    oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
    worker: { format: "iife", plugins: () => [noNode, packed, values] },
    build: {
      write: false,
      target: "es2022",
      assetsInlineLimit: Number.POSITIVE_INFINITY,
      lib: { entry: join(source, "main.tsx"), formats: ["iife"], name: "playground" },
    },
  });
  const output = [result].flat().flatMap(({ output }) => output);
  const script = output.find(({ type }) => type === "chunk")?.code;
  const style = output.find(({ fileName }) => fileName.endsWith(".css"))?.source;
  if (output.length !== 2 || !script || !style) throw new Error(`built ${output.map(({ fileName }) => fileName)}`);
  return { script, style: String(style) };
}

/** What the page may do: run what is in it, and ask nobody for anything. */
function policyOf(script, style) {
  const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  return [
    ...["default-src 'none'", `script-src ${hash(script)} 'wasm-unsafe-eval'`, `style-src ${hash(style)}`],
    ...["img-src data:", "font-src data:", "worker-src blob:", "base-uri 'none'", "form-action 'none'"],
  ].join("; ");
}

const bundle = await bundled();
const style = bundle.style.trim();
const script = bundle.script.trim().replaceAll("</script", "<\\/script");
const page = readFileSync(join(source, "page.html"), "utf8");
mkdirSync(dirname(file), { recursive: true });
const filled = { "{policy}": policyOf(script, style), "/* style */": style, "/* script */": script };
const filledIn = (text, [place, value]) => text.replace(place, () => value);
writeFileSync(file, Object.entries(filled).reduce(filledIn, page));
