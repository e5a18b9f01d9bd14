// Two people chat over Recado, with the libraries that a stranger would take: fetch, ws, jose.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';

const require = createRequire(process.env.RECADO_STRANGER_MODULES + '/');
const { WebSocket } = require('ws');
const jose = require('jose'); // an ES module: this is why Node.js >= 20.19

const info = JSON.parse(readFileSync(process.env.RECADO_INFO, 'utf8'));

async function clientToken() {
  const answer = await fetch(`${info.url}/auth/token`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/x-www-form-urlencoded',
      Authorization: 'Basic ' + Buffer.from(`${info.client_id}:${info.client_secret}`).toString('base64'),
    },
    body: 'grant_type=client_credentials',
  });
  assert.equal(answer.status, 200);
  return (await answer.json()).access_token;
}

async function call(method, path, token, body) {
  const answer = await fetch(info.url + path, {
    method,
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, body: text ? JSON.parse(text) : null };
}

/** A user's WebSocket whose frames can be awaited one by one. */
class Person {
  static async enter(user, token) {
    const mine = await call('POST', `/v1/users/${user}/tokens`, token);
    assert.equal(mine.status, 201);
    const person = new Person();
    person.frames = [];
    person.waiting = [];
    person.socket = new WebSocket(info.url.replace('http', 'ws') + '/v1/ws', 'recado.v1.json');
    person.socket.on('message', (data) => person.receive(JSON.parse(data)));
    await new Promise((resolve, reject) => person.socket.once('open', resolve).once('error', reject));
    person.say({ type: 'auth', id: 'hello', token: mine.body.access_token });
    const ready = await person.hear((frame) => frame.type === 'ready');
    assert.equal(ready.user_id, user);
    return person;
  }
  receive(frame) {
    const at = this.waiting.findIndex((one) => one.wanted(frame));
    if (at < 0) this.frames.push(frame);
    else this.waiting.splice(at, 1)[0].resolve(frame);
  }
  say(frame) {
    this.socket.send(JSON.stringify(frame));
  }
  hear(wanted) {
    const at = this.frames.findIndex(wanted);
    if (at >= 0) return Promise.resolve(this.frames.splice(at, 1)[0]);
    return new Promise((resolve) => this.waiting.push({ wanted, resolve }));
  }
  leave() {
    this.socket.close();
  }
}

test('tokens verify against the published keys', { timeout: 30_000 }, async () => {
  const token = await clientToken();
  const keys = jose.createRemoteJWKSet(new URL(`${info.url}/.well-known/jwks.json`));
  const { payload, protectedHeader } = await jose.jwtVerify(token, keys);
  assert.equal(protectedHeader.alg, 'EdDSA');
  assert.ok(payload.exp > Date.now() / 1000);
});

test('two people chat with receipts', { timeout: 60_000 }, async () => {
  const token = await clientToken();
  const made = await call('POST', '/v1/conversations', token, { type: 'private', members: ['ana', 'bruno'] });
  assert.equal(made.status, 201);
  const conversation = made.body.conversation_id;
  const ana = await Person.enter('ana', token);
  const bruno = await Person.enter('bruno', token);

  ana.say({ type: 'send', id: '1', conversation_id: conversation, payload: { type: 'text', text: 'Olá!' } });
  const ack = await ana.hear((frame) => frame.id === '1');
  assert.equal(ack.type, 'ack');
  assert.equal(ack.seq, 1);
  const heard = await bruno.hear((frame) => frame.type === 'message');
  assert.equal(heard.message.payload.text, 'Olá!');
  assert.equal(heard.message.message_id, ack.message_id);

  bruno.say({ type: 'receipt', id: '2', conversation_id: conversation, kind: 'read', up_to_seq: 1 });
  const receipt = await ana.hear((frame) => frame.type === 'receipt' && frame.kind === 'read');
  assert.equal(receipt.user_id, 'bruno');
  assert.equal(receipt.up_to_seq, 1);
  ana.leave();
  bruno.leave();
});

test('who was away gets everything on resume, in order, once', { timeout: 60_000 }, async () => {
  const token = await clientToken();
  const made = await call('POST', '/v1/conversations', token, { type: 'group', members: ['ana', 'carla'] });
  const conversation = made.body.conversation_id;
  for (let n = 1; n <= 20; ++n) {
    const sent = await call('POST', '/v1/messages', token, {
      conversation_id: conversation, from: 'ana', payload: { type: 'text', text: `number ${n}` },
    });
    assert.equal(sent.status, 201);
    assert.equal(sent.body.seq, n);
  }
  const carla = await Person.enter('carla', token);
  carla.say({ type: 'resume', id: 'r', conversations: { [conversation]: 5 } });
  const resumed = await carla.hear((frame) => frame.type === 'resumed');
  assert.equal(resumed.conversations[conversation], 20);
  const seqs = carla.frames
    .filter((frame) => frame.type === 'message' && frame.message.conversation_id === conversation)
    .map((frame) => frame.message.seq);
  assert.deepEqual(seqs, Array.from({ length: 15 }, (_, n) => n + 6));
  carla.leave();
});

test('the same message_id is sent once', { timeout: 30_000 }, async () => {
  const token = await clientToken();
  const message = { message_id: randomUUID(), from: 'ana', to: ['bruno'], payload: { type: 'text', text: 'once' } };
  const first = await call('POST', '/v1/messages', token, message);
  const second = await call('POST', '/v1/messages', token, message);
  assert.equal(first.status, 201);
  assert.deepEqual(second.body.seq, first.body.seq);
  const other = await call('POST', '/v1/messages', token, { ...message, payload: { type: 'text', text: 'twice' } });
  assert.equal(other.status, 422);
});
