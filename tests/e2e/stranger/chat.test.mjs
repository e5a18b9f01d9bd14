// Two people chat over Recado, with the libraries that a stranger would take: fetch, ws, jose, eventsource.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { Person, call, clientToken, info, require } from './helpers.mjs';
import './bulk.mjs';
import './search.mjs';
import './tour.mjs';
import './stream.mjs'; // kills the node: last

const jose = require('jose'); // an ES module: this is why Node.js >= 20.19

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
