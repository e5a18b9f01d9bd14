// Every operation once, so that all answers are seen; what they say is looked at in tests/contract.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Person, ask, call, clientToken, makeConversation, text } from './helpers.mjs';

test('every operation answers', { timeout: 60_000 }, async () => {
  const token = await clientToken();
  const expect = async (status, method, target, body) => {
    const got = await call(method, target, token, body);
    assert.equal(got.status, status, `${method} ${target}: ${JSON.stringify(got.body)}`);
    return got.body;
  };
  await expect(201, 'PUT', '/v1/users/tourist', { name: 'T.', locale: 'pt-BR', time_zone: 'America/Sao_Paulo' });
  await expect(200, 'PUT', '/v1/users/tourist', { name: 'Tour' });
  await expect(200, 'GET', '/v1/users/tourist');
  await expect(200, 'GET', '/v1/users?limit=1');
  await expect(201, 'PUT', '/v1/users/tourist/identities/email', { address: 'tourist@example.org' });
  await expect(200, 'GET', '/v1/users/tourist/identities');
  await expect(204, 'DELETE', '/v1/users/tourist/identities/email');
  const conversation = await makeConversation(token, ['tourist', 'guide']);
  await expect(201, 'POST', `/v1/conversations/${conversation}/members`, { user_id: 'guest' });
  await expect(204, 'DELETE', `/v1/conversations/${conversation}/members/guest`);
  await expect(200, 'GET', `/v1/conversations/${conversation}`);
  await expect(200, 'GET', '/v1/conversations?user_id=tourist');
  const { message_id: id } = await expect(201, 'POST', '/v1/messages', { conversation_id: conversation, from: 'guide', payload: text('x') });
  await expect(200, 'POST', `/v1/conversations/${conversation}/receipts`, { user_id: 'tourist', type: 'read', up_to_seq: 1 });
  await expect(200, 'POST', `/v1/conversations/${conversation}/typing`, { user_id: 'tourist' });
  await expect(200, 'GET', `/v1/messages/${id}`);
  await expect(200, 'GET', `/v1/messages/${id}/history`);
  await expect(409, 'POST', `/v1/messages/${id}/cancel`);
  await expect(204, 'DELETE', '/v1/users/tourist');
  for (const open of ['/livez', '/readyz', '/startupz', '/metrics', '/openapi.json', '/asyncapi.json', '/docs', '/docs/page.css', '/docs/page.js', '/.well-known/jwks.json']) {
    assert.equal((await ask('GET', open)).status, 200, open);
  }
  assert.equal((await ask('GET', '/v1/nowhere')).status, 404);
  assert.equal((await ask('PUT', '/v1/messages')).status, 405);
});

test('every kind of frame is heard', { timeout: 60_000 }, async () => {
  const token = await clientToken();
  const conversation = await makeConversation(token, ['ada', 'bob']);
  const ada = await Person.enter('ada', token);
  const bob = await Person.enter('bob', token);
  ada.say({ type: 'typing', id: 't', conversation_id: conversation, on: true });
  assert.equal((await ada.hear((frame) => frame.id === 't')).type, 'ack');
  await bob.hear((frame) => frame.type === 'typing');
  ada.say({ type: 'send', id: 's', conversation_id: conversation, payload: text('x') });
  await ada.hear((frame) => frame.id === 's');
  bob.say({ type: 'receipt', id: 'r', conversation_id: conversation, kind: 'delivered', up_to_seq: 1 });
  await ada.hear((frame) => frame.type === 'receipt');
  bob.say({ type: 'send', id: 'e', conversation_id: conversation, payload: { type: 'text' } });
  assert.equal((await bob.hear((frame) => frame.id === 'e')).status, 422);
  bob.say({ type: 'presence', id: 'p', status: 'away' });
  await bob.hear((frame) => frame.id === 'p');
  ada.leave();
  bob.leave();
});
