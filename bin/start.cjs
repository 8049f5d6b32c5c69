'use strict';

var os = require('node:os');
var path = require('node:path');

/*
 * Compiled code is kept between runs, in a folder that is this user's alone: the system's folder for temporary files,
 * where Node would put it, is everybody's. Where it cannot be written the program starts without, only later;
 * NODE_COMPILE_CACHE names another folder, NODE_DISABLE_COMPILE_CACHE=1 keeps nothing.
 */
if (!process.env.NODE_COMPILE_CACHE) {
  try {
    var caches = process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache');
    require('node:module').enableCompileCache(path.join(caches, 'tocsin', 'compiled'));
  } catch {
    // A user without a home, as containers run under.
  }
}

// The program sets its own exit codes; only a program that cannot even be loaded ends here.
import('../dist/cli/main.js').catch(function (error) {
  console.error(error);
  process.exitCode = 70;
});
