// Messages that leave the house: over a real mail server and to a real web server, with the
// libraries that a stranger would take: smtp-server and standardwebhooks.
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';

import { Api, packages, text, until } from './api.mjs';
import { accountOf, MailServer } from './mail_server.mjs';

const { Webhook } = packages('standardwebhooks');
const { WebSocket } = packages('ws');

let api;
let mail;
const run = randomBytes(4).toString('hex');

before(async () => {
  api = await Api.enter();
  mail = await MailServer.start();
  await api.must(201, 'POST', '/v1/accounts', accountOf(mail, 'main', { settings: { default: true } }));
});
after(() => mail.stop());

const post = (body) => api.must(201, 'POST', '/v1/messages', body);
const steps = (history) => history.map((one) => `${one.status} ${one.attempt}`);

async function user(name, address) {
  const id = `${name}-${run}`;
  await api.must(201, 'PUT', `/v1/users/${id}`, {});
  if (address) await api.must(201, 'PUT', `/v1/users/${id}/identities/email`, { address });
  return id;
}

test('an e-mail goes from POST to the mailbox, and its history tells', async () => {
  const address = `carla-${run}@example.org`;
  const carla = await user('carla', address);
  const made = await post({ to: [carla], channels: ['email'], payload: text('Olá, Carla!', { subject: 'Bom dia' }) });
  assert.deepEqual(made.deliveries.map((one) => [one.recipient, one.channel, one.status]), [[carla, 'email', 'queued']]);
  const sent = await api.until(made.message_id, ['sent']);
  assert.equal(sent.deliveries_total, 1);
  const [delivery] = sent.deliveries;
  assert.equal(delivery.delivery_id, made.deliveries[0].delivery_id);
  assert.deepEqual([delivery.recipient, delivery.channel, delivery.account], [carla, 'email', 'main']);
  assert.deepEqual([delivery.status, delivery.attempt, delivery.provider_code], ['sent', 1, '250']);
  const history = await api.history(made.message_id);
  assert.deepEqual(steps(history), ['queued 0', 'sending 1', 'sent 1']);
  assert.equal(history[2].provider_code, '250');
  const [got] = mail.of(address);
  assert.match(got.mail, /^Subject: Bom dia\r?$/m);
  assert.equal(got.from, 'bar@example.org');
});

test('an address needs no user, and the conversation of the two is always the same', async () => {
  const address = `stranger-${run}@example.org`;
  const to = [{ channel: 'email', address }];
  const first = await post({ to, payload: text('one') });
  const second = await post({ to, payload: text('two') });
  assert.equal(second.conversation_id, first.conversation_id);
  assert.equal(second.seq, 2);
  const sent = await api.until(second.message_id, ['sent']);
  assert.deepEqual(sent.deliveries[0].recipient, { channel: 'email', address });
  await api.until(first.message_id, ['sent']);
  const mails = mail.of(address).map((one) => one.mail);
  assert.equal(mails.length, 2);
  assert.match(mails[0], /one/); // in their order
});

test('a retry of the request adds nothing and gets the first answer', async () => {
  const body = { message_id: randomUUID(), to: [{ channel: 'email', address: `once-${run}@example.org` }], payload: text('x') };
  const first = await post(body);
  await api.until(first.message_id, ['sent']);
  const again = await api.call('POST', '/v1/messages', body);
  assert.equal(again.status, 201);
  assert.equal(again.headers.get('idempotency-replayed'), 'true');
  assert.deepEqual(again.body, first);
  const other = await api.call('POST', '/v1/messages', { ...body, at_most_once: true });
  assert.equal(other.status, 422);
  assert.equal(other.body.code, 'idempotency_mismatch');
});

test('nobody is left out in silence', async () => {
  const bare = await user('bare');
  const known = await user('known', `known-${run}@example.org`);
  const made = await post({ to: [bare, known], channels: ['email', 'webhook'], payload: text('hello') });
  await api.until(made.message_id, ['sent']);
  const { deliveries } = await api.must(200, 'GET', `/v1/messages/${made.message_id}`);
  const shown = Object.fromEntries(deliveries.map((one) => [`${one.recipient} ${one.channel}`, `${one.status} ${one.provider_code}`]));
  assert.deepEqual(shown, {
    [`${bare} email`]: 'failed no_address',
    [`${bare} webhook`]: 'failed no_address',
    [`${known} email`]: 'sent 250',
    [`${known} webhook`]: 'failed no_address',
  });
  const hook = await post({ to: [{ channel: 'webhook', address: 'https://example.org/hook' }], payload: text('x') });
  assert.equal(hook.deliveries[0].status, 'failed');
  const lost = await api.until(hook.message_id, ['failed']);
  assert.equal(lost.deliveries[0].provider_code, 'no_account');
});

test('all means every channel with an identity, and the application for those without', async () => {
  const reached = await user('reached', `reached-${run}@example.org`);
  const bare = await user('nowhere');
  const made = await post({ to: [reached, bare], channels: ['all'], payload: text('hello') });
  const shown = made.deliveries.map((one) => `${one.recipient} ${one.channel} ${one.status}`).sort();
  assert.deepEqual(shown, [`${bare} in_app sent`, `${reached} email queued`].sort());
  const sent = await api.until(made.message_id, ['sent']);
  assert.equal(sent.deliveries_total, 2);
});

test('451 twice and then well: every try is a line, and none comes too early', async () => {
  const made = await post({ to: [{ channel: 'email', address: `later2-${run}@example.org` }], payload: text('x') });
  const sent = await api.until(made.message_id, ['sent']);
  assert.equal(sent.deliveries[0].attempt, 3);
  const history = await api.history(made.message_id);
  assert.deepEqual(steps(history), [
    'queued 0', 'sending 1', 'retrying 1', 'sending 2', 'retrying 2', 'sending 3', 'sent 3',
  ]);
  assert.ok(history[2].provider_code.startsWith('4'), history[2].provider_code);
  assert.equal(mail.of(`later2-${run}@example.org`).length, 1);
});

test('550 is the end of it', async () => {
  const made = await post({ to: [{ channel: 'email', address: `refused-${run}@example.org` }], payload: text('x') });
  const failed = await api.until(made.message_id, ['failed']);
  assert.equal(failed.deliveries[0].status, 'failed');
  assert.ok(failed.deliveries[0].provider_code.startsWith('5'), failed.deliveries[0].provider_code);
  assert.deepEqual(steps(await api.history(made.message_id)), ['queued 0', 'sending 1', 'failed 1']);
});

test('a try with an unknown end is recorded, counted and repeated', async () => {
  const address = `lost1-${run}@example.org`;
  const made = await post({ to: [{ channel: 'email', address }], payload: text('x') });
  await api.until(made.message_id, ['sent']);
  const history = await api.history(made.message_id);
  assert.deepEqual(steps(history), ['queued 0', 'sending 1', 'retrying 1', 'sending 2', 'sent 2']);
  assert.equal(history[2].provider_code, 'unknown');
  assert.equal(mail.of(address).length, 2);
  const metrics = await (await fetch(api.info.url + '/metrics')).text();
  const counted = Number(/^recado_delivery_unknown_total (\S+)/m.exec(metrics)?.[1] ?? 0);
  assert.ok(counted >= 1, `counted ${counted}`);
});

test('at most once is never repeated after an unknown end', async () => {
  const address = `lost1-once-${run}@example.org`;
  const made = await post({ to: [{ channel: 'email', address }], at_most_once: true, payload: text('x') });
  const failed = await api.until(made.message_id, ['failed']);
  assert.equal(failed.deliveries[0].provider_code, 'unknown');
  assert.equal(mail.of(address).length, 1);
});

test('a webhook is signed so that standardwebhooks takes it', async () => {
  const secret = 'whsec_' + randomBytes(24).toString('base64');
  const heard = [];
  const server = createServer((request, answer) => {
    const parts = [];
    request.on('data', (part) => parts.push(part)).on('end', () => {
      try {
        heard.push(new Webhook(secret).verify(Buffer.concat(parts).toString(), request.headers));
        answer.writeHead(204).end();
      } catch (why) {
        heard.push(why);
        answer.writeHead(400).end();
      }
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${server.address().port}/in`;
  try {
    await api.must(201, 'POST', '/v1/accounts', { channel: 'webhook', account: 'hook', settings: { url }, credentials: { secret } });
    const made = await post({ to: [{ channel: 'webhook', address: url }], payload: text('signed') });
    await api.until(made.message_id, ['sent']);
    assert.equal(heard.length, 1);
    assert.ok(!(heard[0] instanceof Error), String(heard[0]));
    assert.match(JSON.stringify(heard[0]), /signed/);
  } finally {
    server.closeAllConnections();
    server.close();
    await api.call('DELETE', '/v1/accounts/webhook/hook');
  }
});

test('what has not been sent can be canceled, and what has been cannot', async () => {
  await api.must(200, 'POST', '/v1/connectors/email/main/pause');
  const address = `never-${run}@example.org`;
  const made = await post({ to: [{ channel: 'email', address }], payload: text('x') });
  const canceled = await api.must(200, 'POST', `/v1/messages/${made.message_id}/cancel`);
  assert.equal(canceled.status, 'canceled');
  assert.deepEqual(canceled.deliveries.map((one) => one.status), ['canceled']);
  const resumed = await api.must(200, 'POST', '/v1/connectors/email/main/resume');
  assert.equal(resumed.state, 'active');
  const other = await post({ to: [{ channel: 'email', address: `sent-${run}@example.org` }], payload: text('x') });
  await api.until(other.message_id, ['sent']);
  const refused = await api.call('POST', `/v1/messages/${other.message_id}/cancel`);
  assert.equal(refused.status, 409);
  assert.equal(refused.body.code, 'already_sent');
  assert.equal(mail.of(address).length, 0);
});

test('what is open when it expires, expires', async () => {
  await api.must(200, 'POST', '/v1/connectors/email/main/pause');
  const expires_at = new Date(Date.now() + 1000).toISOString();
  const made = await post({ to: [{ channel: 'email', address: `late-${run}@example.org` }], expires_at, payload: text('x') });
  await api.until(made.message_id, ['expired']);
  await api.must(200, 'POST', '/v1/connectors/email/main/resume');
  assert.equal(mail.of(`late-${run}@example.org`).length, 0);
});

test('the sender hears of every step, and so does the client', async () => {
  const ana = await user('ana');
  const address = `heard-${run}@example.org`;
  const token = (await api.must(201, 'POST', `/v1/users/${ana}/tokens`)).access_token;
  const listen = async (bearer) => {
    const socket = new WebSocket(api.info.url.replace('http', 'ws') + '/v1/ws', 'recado.v1.json', {
      headers: { Authorization: `Bearer ${bearer}` },
    });
    const frames = [];
    socket.on('message', (data) => frames.push(JSON.parse(data)));
    await until(() => frames.some((one) => one.type === 'ready'));
    return { socket, frames };
  };
  const own = await listen(token);
  const whole = await listen(api.token);
  const made = await post({ from: ana, to: [{ channel: 'email', address }], payload: text('x') });
  const states = (frames) =>
    frames.filter((one) => one.type === 'status' && one.message_id === made.message_id).map((one) => one.status);
  for (const who of [own, whole])
    await until(() => states(who.frames).includes('sent'), 30, () => JSON.stringify(who.frames));
  assert.deepEqual(states(own.frames), ['sending', 'sent']);
  const last = own.frames.findLast((one) => one.type === 'status');
  assert.deepEqual([last.seq, last.recipient, last.channel, last.attempt, last.provider_code],
    [1, { channel: 'email', address }, 'email', 1, '250']);
  own.socket.close();
  whole.socket.close();
});

test('lists are narrowed by channel and status', async () => {
  const found = await api.must(200, 'GET', '/v1/messages?channel=email&status=canceled');
  assert.equal(found.data.length, 1);
  const refused = await api.must(200, 'GET', '/v1/messages?channel=email&status=failed');
  assert.ok(refused.data.length >= 2);
  assert.deepEqual(new Set(refused.data.map((one) => one.status)), new Set(['failed']));
  assert.equal((await api.must(200, 'GET', '/v1/messages?channel=webhook&status=delivered')).data.length, 0);
});

test('accounts are made, read, changed and deleted, and never show a secret', async () => {
  const body = { channel: 'webhook', account: `acc-${run}`, settings: { url: 'https://example.org/a' }, credentials: { secret: 'whsec_' + 'A'.repeat(32) } };
  const made = await api.must(201, 'POST', '/v1/accounts', body);
  assert.equal(made.state, 'active');
  assert.deepEqual(made.pacing, { per_second: 10, burst: 20, max_in_flight: 8 });
  assert.deepEqual(made.retry, { first: '1s', factor: 2, max: '15m', attempts: 12, max_age: '24h' });
  assert.ok(!JSON.stringify(made).includes('whsec_'));
  assert.equal((await api.call('POST', '/v1/accounts', body)).status, 409);
  const path = `/v1/accounts/webhook/${body.account}`;
  const changed = await api.must(200, 'PATCH', path, { settings: { url: 'https://example.org/b' }, retry: { attempts: 3 } });
  assert.equal(changed.settings.url, 'https://example.org/b');
  assert.deepEqual(changed.retry, { ...made.retry, attempts: 3 });
  assert.deepEqual(await api.must(200, 'GET', path), changed);
  assert.equal((await api.call('PATCH', path, { settings: { url: 5 } })).status, 422);
  const list = await api.must(200, 'GET', '/v1/accounts');
  assert.ok(list.data.some((one) => one.account === body.account));
  const connectors = await api.must(200, 'GET', '/v1/connectors');
  assert.ok(connectors.data.some((one) => one.account === 'main' && one.breaker === 'closed'));
  assert.equal((await api.call('DELETE', path)).status, 204);
  assert.equal((await api.call('GET', path)).status, 404);
  assert.equal((await api.call('POST', '/v1/accounts', { ...body, channel: 'pigeon' })).status, 422);
  const later = await api.call('POST', '/v1/accounts', { ...body, channel: 'sms' });
  assert.deepEqual([later.status, later.body.code], [422, 'not_available_yet']);
  const checked = await api.must(200, 'POST', '/v1/connectors/email/main/check');
  assert.equal(checked.ok, true, JSON.stringify(checked));
});

test('what is not built yet says so', async () => {
  const to = [{ channel: 'email', address: 'a@example.org' }];
  const code = async (body) => (await api.call('POST', '/v1/messages', { to, payload: text('x'), ...body })).body.code;
  assert.equal(await code({ routing: { mode: 'fallback' } }), 'not_available_yet');
  assert.equal(await code({ channels: ['sms'] }), 'not_available_yet');
  assert.equal(await code({ channels: ['pigeon'] }), 'invalid_request');
  assert.equal(await code({ to: [{ channel: 'email', address: 'no address' }] }), 'invalid_request');
  assert.equal(await code({ routing: { mode: 'all' } }), undefined);
});
