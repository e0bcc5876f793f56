/** The bundle of src/report/redraw.ts, which is before these scripts in a report. */
declare const drawing: typeof import("../../src/report/redraw.ts");
