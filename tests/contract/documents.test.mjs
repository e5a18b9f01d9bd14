// Lints the API's documents.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Shapes } from './shapes.mjs';

const require = createRequire(process.env.RECADO_MODULES + '/');
const schemas = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../schemas');

test('examples of frames are as they are described', () => {
  const asyncapi = JSON.parse(readFileSync(path.join(schemas, 'asyncapi.json'), 'utf8'));
  const frames = new Shapes(asyncapi);
  for (const [name, message] of Object.entries(asyncapi.components.messages)) {
    for (const { payload } of message.examples ?? []) {
      assert.deepEqual(frames.complaints(`example ${name}`, message.payload, payload), [], name);
    }
  }
});

test('openapi.yaml is clean', () => {
  const redocly = path.join(process.env.RECADO_MODULES, 'node_modules/.bin/redocly');
  execFileSync(redocly, ['lint', '--config', path.join(schemas, 'redocly.yaml'), path.join(schemas, 'openapi.yaml')], {
    env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
    stdio: 'pipe', // shown if it fails
  });
});

test('asyncapi.yaml is clean', async () => {
  const { Parser, fromFile } = require('@asyncapi/parser');
  const { document, diagnostics } = await fromFile(new Parser(), path.join(schemas, 'asyncapi.yaml')).parse();
  const bad = diagnostics.filter((each) => each.severity <= 1).map((each) => `${each.path.join('/')}: ${each.message}`);
  assert.deepEqual(bad, []);
  assert.ok(document);
});
