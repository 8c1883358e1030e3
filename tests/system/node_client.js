#!/usr/bin/env node
// Uses Starling through msgpack5rpc, a MessagePack-RPC client that knows nothing of it (docs/protocol.md).
//
//     npm install msgpack5rpc && NODE_PATH=node_modules node node_client.js HOST:PORT

const assert = require('assert');
const net = require('net');
const Session = require('msgpack5rpc');

const [, host, port] = process.argv[2].match(/^\[?(.*?)\]?:(\d+)$/);
const socket = net.connect(Number(port), host);
const session = new Session();
session.attach(socket, socket);
const call = (method, ...params) => new Promise((resolve, reject) =>
  session.request(method, params, (error, result) => error ? reject(new Error(error)) : resolve(result)));
const texts = (reading) => reading.values.map((value) => value.toString()).sort();

async function main() {
  const hello = await call('hello', {client: 'node_client'});
  console.log(`talking to ${hello.server} ${hello.version}, node ${hello.node}`);
  const key = `node-${process.pid}-${Date.now()}`;

  assert.deepStrictEqual(texts(await call('kv.get', key)), []);
  await call('kv.put', key, 'first', {w: 'quorum'});
  let reading = await call('kv.get', key, {r: 'quorum'});
  assert.deepStrictEqual(texts(reading), ['first']);

  // Two writers who have read the same: neither knows of the other.
  await Promise.all(['red', 'blue'].map((value) => call('kv.put', key, value, {context: reading.context})));
  reading = await call('kv.get', key);
  assert.deepStrictEqual(texts(reading), ['blue', 'red']);
  console.log('siblings:', texts(reading));

  const written = await call('kv.put', key, Buffer.from('purple'), {context: reading.context});
  assert.strictEqual(written.siblings, 1);
  assert.deepStrictEqual(texts(await call('kv.get', key, [])), ['purple']);
  console.log('resolved: purple');

  await call('kv.delete', key);
  assert.strictEqual(await call('kv.exists', key), false);
  await assert.rejects(call('kv.get', ''), /INVALID a key has 1 to 4096 bytes/);
}

main().then(() => socket.end(), (error) => {
  console.error('FAILED', error);
  process.exit(1);
});
