import path from 'node:path';
import { build } from 'vite';

/* Makes dist/web of src/web. `npm ci` runs it in a checkout, so that `npm start` finds a page to serve. */

await build({ configFile: path.resolve(import.meta.dirname, '../vite.config.ts') });
