// Draws /openapi.json as one readable page. No library, nothing from elsewhere.
'use strict';

const methods = ['get', 'post', 'put', 'patch', 'delete'];

function node(tag, text, parent, attributes = {}) {
  const made = document.createElement(tag);
  if (text !== undefined && text !== null) made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (parent) parent.append(made);
  return made;
}

function resolve(api, part) {
  let found = part;
  while (found && found.$ref) {
    found = found.$ref.slice(2).split('/').reduce((at, name) => at && at[name.replace(/~1/g, '/').replace(/~0/g, '~')], api);
  }
  return found || {};
}

function typeOf(api, schema) {
  const name = schema && schema.$ref ? schema.$ref.split('/').pop() : '';
  const plain = resolve(api, schema);
  if (name) return name;
  if (plain.enum) return plain.enum.map((each) => JSON.stringify(each)).join(' | ');
  if (plain.const !== undefined) return JSON.stringify(plain.const);
  if (plain.oneOf) return plain.oneOf.map((each) => typeOf(api, each)).join(' | ');
  if (plain.items) return typeOf(api, plain.items) + '[]';
  const type = Array.isArray(plain.type) ? plain.type.join(' | ') : plain.type || 'any';
  return plain.format ? type + ' (' + plain.format + ')' : type;
}

function drawFields(api, schema, parent) {
  const plain = resolve(api, schema);
  if (!plain.properties) return;
  const rows = node('tbody', null, node('table', null, parent));
  for (const [name, each] of Object.entries(plain.properties)) {
    const row = node('tr', null, rows);
    node('code', name + ((plain.required || []).includes(name) ? '' : '?'), node('td', null, row));
    node('td', typeOf(api, each), row);
    node('td', each.description || resolve(api, each).description || '', row, { class: 'soft' });
  }
}

function drawParameters(api, list, parent) {
  if (!list || list.length === 0) return;
  const rows = node('tbody', null, node('table', null, parent));
  for (const part of list) {
    const each = resolve(api, part);
    const row = node('tr', null, rows);
    node('code', each.name, node('td', null, row));
    node('td', each.in + ', ' + typeOf(api, each.schema), row);
    node('td', each.description || '', row, { class: 'soft' });
  }
}

function drawBody(api, title, content, parent) {
  for (const [type, each] of Object.entries(content || {})) {
    node('p', title + ' ' + type + ': ' + typeOf(api, each.schema || {}), parent, { class: 'soft' });
    drawFields(api, each.schema || {}, parent);
    if (each.example) node('pre', JSON.stringify(each.example, null, 2), parent);
  }
}

function drawOperation(api, path, method, operation, shared, main) {
  const id = operation.operationId || method + path;
  const section = node('section', null, main, { id });
  const heading = node('h3', null, section);
  node('span', method.toUpperCase(), heading, { class: 'method' });
  heading.append(' ' + path);
  node('p', operation.summary || '', section);
  if (operation.description) node('p', operation.description, section, { class: 'soft' });
  drawParameters(api, (shared || []).concat(operation.parameters || []), section);
  if (operation.requestBody) drawBody(api, 'Body', resolve(api, operation.requestBody).content, section);
  for (const [status, part] of Object.entries(operation.responses || {})) {
    const each = resolve(api, part);
    node('p', status + ' ' + (each.description || ''), section);
    if (status < '300') drawBody(api, 'Answer', each.content, section);
  }
  return id;
}

function draw(api) {
  const main = document.getElementById('operations');
  const contents = document.getElementById('contents');
  document.getElementById('intro').textContent = api.info.description || '';
  const groups = new Map((api.tags || []).map((tag) => [tag.name, []]));
  for (const [path, item] of Object.entries(api.paths)) {
    for (const method of methods.filter((each) => item[each])) {
      const tag = (item[method].tags || ['Other'])[0];
      if (!groups.has(tag)) groups.set(tag, []);
      groups.get(tag).push({ path, method, operation: item[method], shared: item.parameters });
    }
  }
  for (const [tag, list] of groups) {
    if (list.length === 0) continue;
    node('h2', tag, main);
    node('h2', tag, contents);
    for (const each of list) {
      const id = drawOperation(api, each.path, each.method, each.operation, each.shared, main);
      node('a', each.method.toUpperCase() + ' ' + each.path, contents, { href: '#' + encodeURIComponent(id) });
    }
  }
  node('h2', 'Shapes', main);
  for (const [name, schema] of Object.entries((api.components || {}).schemas || {})) {
    const section = node('section', null, main, { id: 'shape-' + name });
    node('h3', name, section);
    if (schema.description) node('p', schema.description, section, { class: 'soft' });
    drawFields(api, schema, section);
  }
}

fetch('/openapi.json').then((answer) => answer.json()).then(draw).catch((error) => {
  document.getElementById('intro').textContent = 'The API description could not be read: ' + error.message;
});
