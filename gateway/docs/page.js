// Draws /openapi.json and /asyncapi.json as one readable page. No library, nothing from elsewhere.
'use strict';

const methods = ['get', 'post', 'put', 'patch', 'delete', 'head', 'options'];

function node(tag, text, parent, attributes = {}) {
  const made = document.createElement(tag);
  if (tag === 'p' || tag === 'td' || tag === 'div') drawText(text, made);
  else if (text !== undefined && text !== null) made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (parent) parent.append(made);
  return made;
}

/** Text with `code` in it. */
function drawText(text, parent) {
  (text || '').split('`').forEach((part, at) => {
    if (at % 2 === 1) node('code', part, parent);
    else if (part) parent.append(part);
  });
}

function resolve(api, part) {
  let found = part;
  while (found && found.$ref) {
    found = found.$ref.slice(2).split('/').reduce((at, name) => at && at[name.replace(/~1/g, '/').replace(/~0/g, '~')], api);
  }
  return found || {};
}

function shapeName(schema) {
  return schema && schema.$ref ? schema.$ref.split('/').pop() : '';
}

/** The type as words; names of shapes lead to them. */
function drawType(api, schema, parent) {
  const name = shapeName(schema);
  const plain = resolve(api, schema);
  if (name && (plain.properties || plain.allOf || plain.enum)) return node('a', name, parent, { href: '#shape-' + name });
  const parts = plain.oneOf || plain.anyOf;
  if (parts) {
    parts.forEach((each, at) => {
      if (at > 0) parent.append(' or ');
      drawType(api, each, parent);
    });
    return parent;
  }
  if (plain.items) {
    parent.append('list of ');
    return drawType(api, plain.items, parent);
  }
  if (plain.enum) parent.append(plain.enum.map((each) => JSON.stringify(each)).join(' | '));
  else if (plain.const !== undefined) parent.append(JSON.stringify(plain.const));
  else parent.append((Array.isArray(plain.type) ? plain.type.join(' or ') : plain.type || 'anything') + (plain.format ? ', ' + plain.format : ''));
  return parent;
}

function limitsOf(plain) {
  const out = [];
  if (plain.minimum !== undefined) out.push('from ' + plain.minimum);
  if (plain.maximum !== undefined) out.push('up to ' + plain.maximum);
  if (plain.maxItems !== undefined) out.push('at most ' + plain.maxItems);
  if (plain.maxLength !== undefined) out.push('at most ' + plain.maxLength + ' characters');
  if (plain.default !== undefined) out.push('default ' + JSON.stringify(plain.default));
  return out.join(', ');
}

function drawRow(api, rows, name, schema, must, description) {
  const plain = resolve(api, schema);
  const row = node('tr', null, rows);
  const first = node('td', null, row);
  node('code', name, first);
  if (must) node('span', 'required', first, { class: 'must' });
  drawType(api, schema || {}, node('td', null, row));
  const words = [description || (schema || {}).description || plain.description || '', limitsOf(plain)].filter(Boolean);
  node('td', words.map((each) => each.replace(/\.$/, '')).join('; '), row, { class: 'soft' });
}

function table(parent) {
  return node('tbody', null, node('table', null, node('div', null, parent, { class: 'scroll' })));
}

/** Fields of an object; those of its parts, too. */
function drawFields(api, schema, parent, expectsRequired) {
  const plain = resolve(api, schema);
  for (const part of plain.allOf || []) drawFields(api, part, parent, expectsRequired);
  if (!plain.properties) return;
  const rows = table(parent);
  for (const [name, each] of Object.entries(plain.properties)) {
    drawRow(api, rows, name, each, expectsRequired && (plain.required || []).includes(name));
  }
}

function drawParameters(api, list, parent) {
  if (list.length === 0) return;
  node('h4', 'Parameters', parent);
  const rows = table(parent);
  for (const part of list) {
    const each = resolve(api, part);
    drawRow(api, rows, each.name, each.schema, each.required, [each.in, each.description].filter(Boolean).join(': '));
  }
}

function drawBody(api, content, parent, isRequest) {
  for (const [type, each] of Object.entries(content || {})) {
    const schema = each.schema || {};
    const line = node('p', null, parent, { class: 'soft' });
    node('code', type, line);
    line.append(' ');
    drawType(api, schema, line);
    if (isRequest || !shapeName(schema)) drawFields(api, schema, parent, isRequest);
    if (each.example) node('pre', JSON.stringify(each.example, null, 2), parent);
  }
}

function drawResponses(api, responses, parent) {
  node('h4', 'Answers', parent);
  for (const [status, part] of Object.entries(responses || {})) {
    const each = resolve(api, part);
    const row = node('div', null, parent, { class: 'status' });
    node('code', status === 'default' ? 'else' : status, row);
    const words = node('div', each.description || '', row);
    if (status < '300') drawBody(api, each.content, words, false);
    else if (status === 'default') {
      words.append(' ');
      node('a', 'Problem', words, { href: '#shape-Problem' });
    }
  }
}

function isLater(text) {
  return /not available yet/i.test(text || '');
}

function heading(section, tag, kind, words, later) {
  const line = node('h3', null, section);
  node('span', tag, line, { class: 'tag ' + kind });
  node('span', words, line);
  if (later) node('span', 'not available yet', line, { class: 'later-mark' });
}

function drawOperation(api, { path, method, operation, shared, id }, main) {
  const section = node('section', null, main, { id });
  const later = isLater(operation.summary);
  heading(section, method.toUpperCase(), method, path, later);
  node('p', (operation.summary || '').replace(/\s*Not available yet\.?/i, ''), section);
  if (operation.description) node('p', operation.description, section, { class: 'soft' });
  drawParameters(api, (shared || []).concat(operation.parameters || []), section);
  if (later) return;
  if (operation.requestBody) {
    node('h4', 'Body', section);
    drawBody(api, resolve(api, operation.requestBody).content, section, true);
  }
  drawResponses(api, operation.responses, section);
}

function link(contents, id, tag, kind, words, later) {
  const made = node('a', null, contents, { href: '#' + encodeURIComponent(id) });
  if (later) made.className = 'later';
  node('span', tag, made, { class: 'tag ' + kind });
  const path = node('span', null, made);
  for (const part of words.split(/(?=\/)/)) {
    path.append(part);
    node('wbr', null, path); // a line may break between the parts of a path
  }
}

function groupsOf(api) {
  const groups = new Map((api.tags || []).map((tag) => [tag.name, { about: tag.description, list: [] }]));
  for (const [path, item] of Object.entries(api.paths)) {
    for (const method of methods.filter((each) => item[each])) {
      const operation = item[method];
      const tag = (operation.tags || ['Other'])[0];
      if (!groups.has(tag)) groups.set(tag, { list: [] });
      groups.get(tag).list.push({ path, method, operation, shared: item.parameters, id: operation.operationId || method + path });
    }
  }
  return [...groups].filter(([, group]) => group.list.length > 0);
}

function drawRest(api, main, contents) {
  for (const [tag, { about, list }] of groupsOf(api)) {
    node('h2', tag, main);
    if (about) node('p', about, main, { class: 'about' });
    node('h2', tag, contents);
    for (const each of list) {
      drawOperation(api, each, main);
      link(contents, each.id, each.method.toUpperCase(), each.method, each.path, isLater(each.operation.summary));
    }
  }
}

/** Frames in one direction, each once, with the connections that know it. */
function framesOf(api, action) {
  const out = new Map();
  for (const operation of Object.values(api.operations).filter((each) => each.action === action)) {
    const channel = resolve(api, operation.channel);
    for (const part of operation.messages) {
      const key = resolve(api, { $ref: part.$ref }) && part.$ref.split('/').pop();
      if (!out.has(key)) out.set(key, { message: resolve(api, part), where: [] });
      out.get(key).where.push(channel.title);
    }
  }
  return [...out].map(([key, each]) => ({ key, ...each }));
}

function drawFrame(api, { key, message, where }, kind, tag, main, contents) {
  const id = 'frame-' + key;
  const section = node('section', null, main, { id });
  heading(section, tag, kind, message.name, isLater(message.summary));
  node('p', message.summary || '', section);
  node('p', where.join(', '), section, { class: 'soft' });
  const payload = message.payload || {};
  for (const each of payload.oneOf || [payload]) drawFields(api, each, section, true);
  for (const each of message.examples || []) node('pre', JSON.stringify(each.payload, null, 2), section);
  link(contents, id, tag, kind, message.name, isLater(message.summary));
}

function drawFrames(api, main, contents) {
  node('h2', 'Frames', main);
  node('h2', 'Frames', contents);
  node('p', api.info.description, main, { class: 'about' });
  for (const channel of Object.values(api.channels)) {
    const section = node('section', null, main);
    heading(section, 'GET', 'get', channel.address, false);
    node('p', channel.description, section, { class: 'soft' });
  }
  for (const each of framesOf(api, 'receive')) drawFrame(api, each, 'get', 'SAY', main, contents);
  for (const each of framesOf(api, 'send')) drawFrame(api, each, 'heard', 'HEAR', main, contents);
}

function drawShapes(api, main, contents) {
  node('h2', 'Shapes', main);
  node('h2', 'Shapes', contents);
  for (const [name, schema] of Object.entries(api.components.schemas || {})) {
    const plain = resolve(api, schema);
    if (!plain.properties && !plain.allOf && !plain.enum) continue;
    const section = node('section', null, main, { id: 'shape-' + name });
    node('h3', name, section);
    if (schema.description) node('p', schema.description, section, { class: 'soft' });
    if (plain.enum) node('p', plain.enum.join(', '), section);
    drawFields(api, schema, section, true);
    link(contents, 'shape-' + name, '{ }', '', name, false);
  }
}

async function read(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(path + ' answered ' + answer.status);
  return answer.json();
}

async function draw() {
  const [rest, realtime] = await Promise.all([read('/openapi.json'), read('/asyncapi.json')]);
  const main = document.getElementById('operations');
  const contents = document.getElementById('contents');
  document.getElementById('intro').textContent = rest.info.description || '';
  if (window.matchMedia('(max-width: 56rem)').matches) document.getElementById('menu').open = false;
  drawRest(rest, main, contents);
  drawFrames(realtime, main, contents);
  drawShapes(rest, main, contents);
  if (location.hash) document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
}

draw().catch((error) => {
  document.getElementById('intro').textContent = 'The API description could not be read: ' + error.message;
});
