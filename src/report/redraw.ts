export { DRAWINGS } from "../figures/draw/drawings.ts";
