// A thread that reads some columns of a table, whose files another thread has open.
import { workerData } from "node:worker_threads";
import { bytesOfFile } from "./byte-source.ts";
import { parquetFile } from "./parquet.ts";
import { type Answer, readShare, type Share } from "./parquet-share.ts";
import { TableBuilder } from "./table-builder.ts";

const share = workerData as Share;
share.port.postMessage(answerTo(share));
Atomics.store(share.state, share.place, 1);
Atomics.notify(share.state, share.place);

function answerTo({ files, table, own, state }: Share): Answer {
  try {
    const opened = files.map(({ file, source }) => parquetFile(bytesOfFile(file), source));
    return readShare(opened, new TableBuilder(...table), own, state);
  } catch (failure) {
    return { columns: [], failure };
  }
}
