'use strict';

// The program sets its own exit codes; only a program that cannot even be loaded ends here.
import('../dist/cli/main.js').catch(function (error) {
  console.error(error);
  process.exitCode = 70;
});
