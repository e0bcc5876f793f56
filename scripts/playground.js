// Builds the playground: src/play as one HTML file without requests, with its styles, scripts, kernels and worker inside.
// `node scripts/playground.js <file>`
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse as parseCsv } from "csv-parse/sync";
import { build } from "vite";
import { parse } from "yaml";

const root = fileURLToPath(new URL("..", import.meta.url));
const source = join(root, "src/play");
const file = process.argv[2] ?? join(root, "playground/index.html");

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

/** @returns {Promise<{ script: string, style: string }>} */
async function bundled() {
  const result = await build({
    configFile: false,
    root: source,
    logLevel: "warn",
    plugins: [noNode, values],
    oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
    worker: { format: "iife", plugins: () => [noNode, values] },
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

const { script, style } = await bundled();
const page = readFileSync(join(source, "page.html"), "utf8");
const inside = (text) => text.replaceAll("</script", "<\\/script");
mkdirSync(dirname(file), { recursive: true });
writeFileSync(
  file,
  page.replace("/* style */", () => style.trim()).replace("/* script */", () => inside(script.trim())),
);
