// The feed as server-sent events, read by the npm package eventsource.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { Heard, ask, call, clientToken, info, look, makeConversation, note, require, text, userToken } from './helpers.mjs';

const { EventSource } = require('eventsource');
const types = ['ready', 'message', 'receipt', 'typing', 'presence', 'gap', 'resumed', 'error'];

/** A user's event stream. Its library connects again by itself, with the id of the last event. */
class Reader extends Heard {
  constructor(t, token, lastId) {
    super();
    t.after(() => this.close());
    this.source = new EventSource(`${info.url}/v1/stream`, {
      fetch: async (input, init) => {
        const headers = { ...init.headers, Authorization: `Bearer ${token}` };
        if (lastId && !headers['Last-Event-ID']) headers['Last-Event-ID'] = lastId;
        const answer = await fetch(input, { ...init, headers });
        const content_type = answer.headers.get('content-type') ?? '';
        note({ kind: 'answer', method: 'GET', target: '/v1/stream', status: answer.status, content_type, body: '' });
        return answer;
      },
    });
    for (const type of types) {
      this.source.addEventListener(type, (event) => {
        if (event.data === undefined) return; // the library's own error event
        note({ kind: 'event', type, data: event.data });
        this.lastId = event.lastEventId;
        this.receive(JSON.parse(event.data));
      });
    }
  }
  async messages(count) {
    const out = [];
    while (out.length < count) out.push((await this.hear((frame) => frame.type === 'message')).message);
    return out;
  }
  close() {
    this.source.close();
  }
}

async function sendSurely(token, conversation, what) {
  const message = { message_id: randomUUID(), conversation_id: conversation, from: 'writer', payload: text(what) };
  for (let tries = 0; tries < 300; ++tries) {
    const sent = await call('POST', '/v1/messages', token, message).catch(() => ({ status: 0 }));
    if (sent.status === 201) return sent.body.seq;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('never sent');
}

test('an event stream is heard and gone on with', { timeout: 60_000 }, async (t) => {
  const token = await clientToken();
  const conversation = await makeConversation(token, ['writer', 'reader']);
  const mine = await userToken('reader', token);
  const first = new Reader(t, mine);
  assert.equal((await first.hear((frame) => frame.type === 'ready')).user_id, 'reader');
  await sendSurely(token, conversation, '1');
  assert.deepEqual((await first.messages(1)).map((each) => each.seq), [1]);
  await call('POST', `/v1/conversations/${conversation}/typing`, token, { user_id: 'writer' });
  await first.hear((frame) => frame.type === 'typing');
  first.close();
  await sendSurely(token, conversation, '2');
  await sendSurely(token, conversation, '3');
  const second = new Reader(t, mine, first.lastId);
  assert.deepEqual((await second.messages(2)).map((each) => each.seq), [2, 3]);
  const resumed = await second.hear((frame) => frame.type === 'resumed');
  assert.equal(resumed.conversations[conversation], 3);
  second.close();
  const bad = await ask('GET', '/v1/stream', { Authorization: `Bearer ${mine}`, 'Last-Event-ID': 'nonsense' });
  assert.equal(bad.status, 400);
});

test('an event stream outlives its node: once, in order', { timeout: 120_000 }, async (t) => {
  const token = await clientToken();
  const conversations = [];
  for (let n = 0; n < 40; ++n) conversations.push(await makeConversation(token, ['writer', 'reader']));
  const mine = await userToken('reader', token);
  const reader = new Reader(t, mine);
  await reader.hear((frame) => frame.type === 'ready');
  for (const each of conversations) await sendSurely(token, each, 'before');
  const heard = await reader.messages(conversations.length);
  const before = look().nodes[0].pid;
  process.kill(before, 'SIGKILL');
  const fresh = await (async () => { // tokens stay good; the node comes back
    for (const each of conversations) await sendSurely(token, each, 'after');
    return look().nodes[0].pid;
  })();
  assert.notEqual(fresh, before);
  heard.push(...(await reader.messages(conversations.length)));
  await sendSurely(token, conversations[0], 'live');
  heard.push(...(await reader.messages(1)));
  reader.close();
  for (const each of conversations) {
    const seqs = heard.filter((one) => one.conversation_id === each).map((one) => one.seq);
    assert.deepEqual(seqs, each === conversations[0] ? [1, 2, 3] : [1, 2]);
  }
});
