/**
 * Own how tests of the server have its messages read as the extension reads them: JSON in, JSON out.
 *
 * It must not change them.
 */

import { stdin, stdout } from "node:process";
import { json } from "node:stream/consumers";
import * as protocol from "../src/protocol.ts";
import type { Reader } from "../src/shapes.ts";

const READERS: Readonly<Record<string, Reader<unknown>>> = {
  answer: protocol.readAnswer,
  hits: protocol.readHits,
  job: protocol.readJob,
  plan: protocol.readPlan,
  proposal: protocol.readProposal,
  status: protocol.readStatus,
  trial: protocol.readTrial,
};

for (const [name, message] of (await json(stdin)) as [string, unknown][]) {
  const read = READERS[name];
  if (read === undefined) throw new Error(`nobody reads ${name}`);
  stdout.write(`${JSON.stringify(read(message, name))}\n`);
}
