import { builtUrl } from './built-url.ts';
import { pure } from './pure.ts';
import { walls } from './walls.ts';

/** Our own lint rules, loaded by .oxlintrc.json. A default export, because the linter asks for one. */
export default {
  meta: { name: 'tocsin' },
  rules: { walls, pure, 'built-url': builtUrl },
};
