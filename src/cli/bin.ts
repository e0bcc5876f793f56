import { fileURLToPath } from "node:url";

/** The program that starts this package's command line, seen from src as from dist. */
export const BIN = fileURLToPath(new URL("../../bin/mmoe.js", import.meta.url));
