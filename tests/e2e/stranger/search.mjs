// Messages by filters.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, clientToken, makeConversation, text } from './helpers.mjs';

async function all(token, query) {
  const out = [];
  let target = `/v1/messages?limit=2&${query}`;
  for (;;) {
    const page = await call('GET', target, token);
    assert.equal(page.status, 200, JSON.stringify(page.body));
    assert.ok(page.body.data.length <= 2);
    out.push(...page.body.data.map((each) => each.payload.text));
    assert.equal(page.body.has_more, page.body.next_cursor !== null);
    if (!page.body.has_more) return out;
    target = `/v1/messages?limit=2&${query}&cursor=${page.body.next_cursor}`;
  }
}

test('messages are found by every filter, page by page', { timeout: 60_000 }, async () => {
  const token = await clientToken();
  const one = await makeConversation(token, ['finder', 'other']);
  const two = await makeConversation(token, ['finder', 'third']);
  const send = async (conversation_id, from, what) => {
    const sent = await call('POST', '/v1/messages', token, { conversation_id, from, payload: text(what) });
    assert.equal(sent.status, 201);
    return sent.body.created_at;
  };
  await send(one, 'finder', 'a1');
  await send(one, 'other', 'a2');
  await send(one, 'finder', 'a3');
  const middle = await send(two, 'third', 'b1');
  await new Promise((resolve) => setTimeout(resolve, 5));
  const late = await send(two, 'finder', 'b2');
  await call('POST', `/v1/conversations/${one}/receipts`, token, { user_id: 'other', type: 'read', up_to_seq: 1 });

  assert.deepEqual(await all(token, `conversation_id=${one}`), ['a3', 'a2', 'a1']);
  assert.deepEqual(await all(token, 'user_id=finder'), ['b2', 'b1', 'a3', 'a2', 'a1']);
  assert.deepEqual(await all(token, 'user_id=third'), ['b2', 'b1']);
  assert.deepEqual(await all(token, `conversation_id=${one}&status=read`), ['a1']);
  assert.deepEqual(await all(token, `conversation_id=${one}&status=sent`), ['a3', 'a2']);
  assert.deepEqual(await all(token, `conversation_id=${one}&status=dead`), []);
  assert.deepEqual(await all(token, `conversation_id=${one}&channel=in_app`), ['a3', 'a2', 'a1']);
  assert.deepEqual(await all(token, `conversation_id=${one}&channel=email`), []);
  assert.deepEqual(await all(token, `user_id=finder&from=${late}`), ['b2']);
  assert.deepEqual(await all(token, `user_id=finder&to=${middle}`), ['a3', 'a2', 'a1']);
  assert.deepEqual(await all(token, `conversation_id=${two}&user_id=third&from=${middle}&to=${late}`), ['b1']);
});

test('a filter or cursor that is none is refused', { timeout: 30_000 }, async () => {
  const token = await clientToken();
  for (const query of ['status=lost', 'from=yesterday', 'to=1', 'conversation_id=5', 'user_id=a%20b', 'limit=0', 'limit=1001']) {
    assert.equal((await call('GET', `/v1/messages?${query}`, token)).status, 422, query);
  }
  assert.equal((await call('GET', '/v1/messages?cursor=nonsense', token)).status, 400);
  const first = await call('GET', '/v1/messages?user_id=finder&limit=1', token);
  const other = await call('GET', `/v1/messages?user_id=third&limit=1&cursor=${first.body.next_cursor}`, token);
  assert.equal(other.status, 400); // a cursor belongs to its list
});
