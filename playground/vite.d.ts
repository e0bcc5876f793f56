/** What vite makes of an import: a file by gzip in base64, a worker as a class, a config as its values. */
declare module "*.wasm?packed" {
  const packed: string;
  export default packed;
}

declare module "*?worker&inline" {
  const make: new () => Worker;
  export default make;
}

declare module "*/tour.yaml" {
  import type { Stop } from "./playground.ts";

  const stops: readonly Stop[];
  export default stops;
}

declare module "*.yaml" {
  import type { ConfigValues } from "../src/config/playground.ts";

  const values: ConfigValues;
  export default values;
}

declare module "*.csv" {
  const lines: readonly Readonly<Record<string, string>>[];
  export default lines;
}

declare module "*.css" {}
