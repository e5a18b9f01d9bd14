// Holds what was recorded against the API's documents.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Shapes } from './shapes.mjs';

const schemas = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../schemas');
const read = (name) => JSON.parse(readFileSync(path.join(schemas, name), 'utf8'));
const openapi = read('openapi.json');
const asyncapi = read('asyncapi.json');
const rest = new Shapes(openapi);
const frames = new Shapes(asyncapi);
const methods = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options'];

function* records() {
  for (const file of process.env.RECADO_EXCHANGES.split(':').filter(existsSync)) {
    for (const line of readFileSync(file, 'utf8').split('\n').filter(Boolean)) yield JSON.parse(line);
  }
}

// --- answers -----------------------------------------------------------------------------------

const routes = Object.entries(openapi.paths).map(([template, item]) => ({
  template,
  item,
  pattern: new RegExp('^' + template.replace(/[.]/g, '\\.').replace(/\{[^}]+\}/g, '[^/]+') + '$'),
  literals: template.split('/').filter((each) => each && !each.startsWith('{')).length,
}));

function routeOf(pathname) {
  const fits = routes.filter((each) => each.pattern.test(pathname));
  return fits.sort((a, b) => b.literals - a.literals)[0];
}

function problemOnly(status) {
  const problem = openapi.components.responses.Problem;
  return { response: problem, expected: status };
}

/** The response that describes this answer, or a sentence. */
function described(record, route) {
  const operation = route && route.item[record.method === 'HEAD' ? 'get' : record.method.toLowerCase()];
  if (!operation) return [404, 405, 400, 431, 408, 505].includes(record.status) ? problemOnly(record.status) : 'no such operation';
  const exact = operation.responses[record.status];
  if (exact) return { response: rest.resolve(exact) };
  if (record.status >= 400 && operation.responses.default) return { response: rest.resolve(operation.responses.default) };
  return `the status ${record.status} is not described`;
}

function complaintsAbout(record) {
  const pathname = record.target.split('?')[0];
  const route = routeOf(pathname);
  const found = described(record, route);
  if (typeof found === 'string') return [found];
  if (record.method === 'HEAD') return [];
  const content = found.response.content;
  if (!content) return record.body ? ['a body where none is described'] : [];
  const type = record.content_type.split(';')[0].trim();
  const media = content[type];
  if (!media) return [`the media type "${type}" is not described`];
  if (!/json$/.test(type)) return [];
  let body;
  try {
    body = JSON.parse(record.body);
  } catch {
    return ['the body is not JSON'];
  }
  const name = `${route ? route.template : ''} ${record.method} ${record.status in (route?.item[record.method.toLowerCase()]?.responses ?? {}) ? record.status : 'default'} ${type}`;
  return rest.complaints(name, media.schema, body);
}

test('every answer is as it is described', (t) => {
  const seen = new Set();
  const wrong = new Map();
  let count = 0;
  for (const record of records()) {
    if (record.kind !== 'answer') continue;
    count += 1;
    const route = routeOf(record.target.split('?')[0]);
    if (route && record.status < 400) seen.add(`${record.method} ${route.template}`);
    for (const each of complaintsAbout(record)) {
      const where = `${record.method} ${route ? route.template : record.target} ${record.status}: ${each}`;
      if (!wrong.has(where)) wrong.set(where, record.body.slice(0, 300));
    }
  }
  const available = routes.flatMap(({ template, item }) =>
    methods.filter((each) => item[each] && !/not available yet/i.test(item[each].summary ?? '')).map((each) => `${each.toUpperCase()} ${template}`));
  const missing = available.filter((each) => !seen.has(each));
  t.diagnostic(`${count} answers; ${available.length - missing.length} of ${available.length} operations succeeded at least once`);
  if (missing.length > 0) t.diagnostic('not among them: ' + missing.join(', '));
  const sentences = [...wrong].map(([where, body]) => `${where}\n      ${body}`);
  assert.equal(sentences.length, 0, '\n' + sentences.slice(0, 30).join('\n'));
});

// --- frames ------------------------------------------------------------------------------------

function heard(channel, operation) {
  const out = new Map();
  for (const ref of asyncapi.operations[operation].messages) {
    const message = frames.resolve(asyncapi.channels[channel].messages[ref.$ref.split('/').pop()]);
    out.set(message.name, message);
  }
  return out;
}
const sent = { frame: heard('socket', 'giveFrames'), event: heard('stream', 'giveEvents') };

test('every frame and event is as it is described', (t) => {
  const seen = new Set();
  const wrong = new Map();
  let count = 0;
  for (const record of records()) {
    if (record.kind !== 'frame' && record.kind !== 'event') continue;
    count += 1;
    const text = record.kind === 'frame' ? record.text : record.data;
    const frame = JSON.parse(text);
    const message = sent[record.kind].get(frame.type);
    seen.add(`${record.kind} ${frame.type}`);
    const complaints = message
      ? frames.complaints(`${record.kind} ${frame.type}`, message.payload, frame)
      : ['is not described'];
    if (record.kind === 'event' && record.type !== frame.type) complaints.push('the event has another type');
    for (const each of complaints) {
      const where = `${record.kind} ${frame.type}: ${each}`;
      if (!wrong.has(where)) wrong.set(where, text.slice(0, 300));
    }
  }
  const missing = ['frame', 'event'].flatMap((kind) => [...sent[kind].keys()].map((each) => `${kind} ${each}`)).filter((each) => !seen.has(each));
  t.diagnostic(`${count} frames and events; ${missing.length === 0 ? 'every kind was seen' : 'not seen: ' + missing.join(', ')}`);
  const sentences = [...wrong].map(([where, text]) => `${where}\n      ${text}`);
  assert.equal(sentences.length, 0, '\n' + sentences.slice(0, 30).join('\n'));
});
