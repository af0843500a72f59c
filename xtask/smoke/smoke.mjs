// The everyday uses of NATS through Node's @nats-io/transport-node; prints a line for each that works.
//
// `smoke.mjs URL` fails at the first that doesn't. Same order as the Rust and Python programs.

import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { connect, headers, NoRespondersError, RequestError } from "@nats-io/transport-node";

const JOBS = 100;
const answerMax = 5000;

/** A function that waits for a subscription's next message, or fails when none comes in time. */
function incoming(subscription) {
  const messages = subscription[Symbol.asyncIterator]();
  return async () => {
    const late = sleep(answerMax, null, { ref: false }).then(() => {
      throw new Error("no message in time");
    });
    const { value } = await Promise.race([messages.next(), late]);
    return value;
  };
}

async function publishAndSubscribe(client) {
  const wild = client.subscribe("orders.*.new");
  const tail = client.subscribe("orders.>");
  const [nextOfWild, nextOfTail] = [incoming(wild), incoming(tail)];
  client.publish("orders.eu.new", "one");
  client.publish("orders.eu.old", "two");
  await client.flush();
  assert.equal((await nextOfWild()).string(), "one");
  assert.equal((await nextOfTail()).string(), "one");
  assert.equal((await nextOfTail()).subject, "orders.eu.old");
  assert.equal(wild.getReceived(), 1);
  wild.unsubscribe();
  client.publish("orders.eu.new", "three");
  assert.equal((await nextOfTail()).string(), "three");
}

async function queueGroup(client) {
  const counts = [0, 0];
  for (const member of counts.keys()) {
    client.subscribe("jobs", { queue: "workers", callback: () => counts[member]++ });
  }
  for (let job = 0; job < JOBS; job++) client.publish("jobs", String(job));
  await client.flush();
  await sleep(300);
  assert.equal(counts[0] + counts[1], JOBS);
  assert.ok(counts.every((count) => count > 0), `one member got all: ${counts}`);
}

async function requestAndReply(client) {
  client.subscribe("time", { callback: (_error, message) => message.respond("noon") });
  const answer = await client.request("time", "now?", { timeout: answerMax });
  assert.equal(answer.string(), "noon");
}

async function withHeaders(client) {
  const next = incoming(client.subscribe("with.headers"));
  const given = headers();
  given.append("Colour", "red");
  given.append("Colour", "blue");
  client.publish("with.headers", "x", { headers: given });
  const message = await next();
  assert.deepEqual(message.headers.values("Colour"), ["red", "blue"]);
}

async function noResponders(client) {
  const nobody = client.request("nobody.home", "?", { timeout: answerMax });
  await assert.rejects(nobody, (error) => {
    assert.ok(error instanceof NoRespondersError || error instanceof RequestError, String(error));
    assert.ok(error instanceof NoRespondersError || error.isNoResponders(), String(error));
    return true;
  });
}

async function largePayload(client) {
  const payload = "x".repeat(client.info.max_payload);
  const next = incoming(client.subscribe("large"));
  client.publish("large", payload);
  assert.equal((await next()).string(), payload);
}

const client = await connect({ servers: process.argv[2] });
const uses = { publishAndSubscribe, queueGroup, requestAndReply, withHeaders, noResponders, largePayload };
for (const [name, use] of Object.entries(uses)) {
  await use(client);
  console.log("ok", name);
}
await client.drain();
