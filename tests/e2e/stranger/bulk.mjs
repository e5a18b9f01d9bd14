// Many messages in one request.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, clientToken, makeConversation, text } from './helpers.mjs';

test('a thousand messages in one request keep their order', { timeout: 60_000 }, async () => {
  const token = await clientToken();
  const conversations = [];
  for (let n = 0; n < 5; ++n) conversations.push(await makeConversation(token, ['ana', 'bruno']));
  const messages = Array.from({ length: 1000 }, (_, n) => ({
    conversation_id: conversations[n % 5], from: 'ana', payload: text(`number ${n}`),
  }));
  messages[500] = { conversation_id: conversations[0], from: 'ana', payload: { type: 'text' } };
  const sent = await call('POST', '/v1/messages/bulk', token, { messages });
  assert.equal(sent.status, 207);
  const { results } = sent.body;
  assert.deepEqual(results.map((each) => each.index), messages.map((_, n) => n));
  assert.equal(results[500].status, 422);
  assert.equal(results[500].error.errors[0].pointer, '/payload/text');
  const taken = results.filter((each) => each.status === 201);
  assert.equal(taken.length, 999);
  for (const conversation of conversations) {
    const seqs = taken.filter((each) => each.conversation_id === conversation).map((each) => each.seq);
    assert.deepEqual(seqs, Array.from(seqs, (_, n) => n + 1));
    const read = await call('GET', `/v1/conversations/${conversation}/messages?since_seq=0&limit=1000`, token);
    const numbers = read.body.data.map((each) => Number(each.payload.text.slice(7)));
    assert.deepEqual(numbers, numbers.toSorted((a, b) => a - b));
    assert.equal(numbers.length, seqs.length);
  }
});

test('a bulk sent twice is sent once', { timeout: 30_000 }, async () => {
  const token = await clientToken();
  const conversation = await makeConversation(token, ['ana', 'bruno']);
  const messages = [1, 2, 3].map((n) => ({ conversation_id: conversation, from: 'ana', payload: text(`${n}`) }));
  const key = { 'Idempotency-Key': '"a stranger\'s bulk"'.replaceAll(' ', '-') };
  const first = await call('POST', '/v1/messages/bulk', token, { messages }, key);
  const again = await call('POST', '/v1/messages/bulk', token, { messages }, key);
  assert.deepEqual(again.body.results.map((each) => each.seq), [1, 2, 3]);
  assert.ok(again.body.results.every((each) => each.replayed));
  assert.deepEqual(again.body.results.map((each) => each.message_id), first.body.results.map((each) => each.message_id));
});
