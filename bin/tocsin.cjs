#!/usr/bin/env -S node --max-semi-space-size=8
'use strict';

/*
 * Read by whatever Node the system has, so in the oldest JavaScript: a person whose Node is too old is told what
 * to do instead of being shown a syntax error. What needs a new Node lies behind the require.
 */
var needed = [24, 4];
var found = process.versions.node.split('.').map(Number);

if (found[0] > needed[0] || (found[0] === needed[0] && found[1] >= needed[1])) {
  require('./start.cjs');
} else {
  console.error('tocsin needs Node ' + needed.join('.') + ' or newer; this is Node ' + process.versions.node);
  console.error('install Node 24 (https://nodejs.org), or run it beside the one you have:');
  console.error('  npx -p node@24 -p tocsin tocsin ' + process.argv.slice(2).join(' '));
  process.exitCode = 2;
}
