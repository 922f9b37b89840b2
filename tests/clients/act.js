// Reads what act logged as JSON: node act.js LOG NAME=VALUE … . Each output of the step `roadworthy` must have
// the value; `NAME~TEXT` must be in it; `annotations=N` counts annotations, `summary~TEXT` is about the summary,
// `took<MS` about the time of its inner steps. No command may have been taken that the action does not give.
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');

const [log, ...expected] = process.argv.slice(2);
const entries = fs.readFileSync(log, 'utf8').split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
const OURS = new Set(['set-output', 'stop-commands', 'error', 'warning', 'notice', 'summary']);

const seen = { annotations: [], summary: '' };
let pause = null;
for (const entry of entries.filter((one) => one.command)) {
  const { command, arg, name } = entry;
  if (command === 'stop-commands') { pause = arg; continue; }
  if (command === pause) { pause = null; continue; }
  assert.ok(OURS.has(command), `a command of another: ${entry.raw}`);
  assert.equal(pause, null, `${command} while commands were stopped`);
  if (command === 'set-output' && entry.stepID.join() === 'roadworthy') seen[name] = arg;
  if (['error', 'warning', 'notice'].includes(command)) seen.annotations.push(entry);
  if (command === 'summary') seen.summary = entry.content;
}
// Nanoseconds. What act needs to copy the action is not the action's.
const ended = entries.filter((one) => one.executionTime && one.stepID?.length === 2 && one.stepID[0] === 'roadworthy');
seen.took = ended.reduce((sum, one) => sum + one.executionTime, 0) / 1e6;
assert.ok(seen.annotations.length <= 10, `${seen.annotations.length} annotations`);
for (const one of seen.annotations) {
  assert.ok([...one.arg].length <= 4096, 'an annotation is longer than GitHub shows');
}
for (const expectation of expected) {
  const [, name, kind, text] = /^([a-z-]+)([=~<])([^]*)$/.exec(expectation);
  const told = name === 'annotations' ? String(seen.annotations.length) : seen[name];
  if (kind === '<') {
    console.log(`${name}: ${told.toFixed(0)} ms`);
    assert.ok(ended.length > 0 && told < Number(text), `${name}: ${told} ms`);
  } else if (kind === '=') assert.equal(told, text, `${name}: ${JSON.stringify(seen, null, 1)}`);
  else assert.ok(told && told.includes(text), `${name} is ${told}, without ${text}`);
}
