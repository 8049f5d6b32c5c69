/** Nothing honest nests deeper; what does would exhaust the stack of whoever walks it. */
const MAX_DEPTH = 64;

/** JSON from a target, as a value. Throws `SyntaxError` where the text is no JSON, or nests deeper than 64 levels. */
export function parseTargetJson(text: string): unknown {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (inString) {
      if (char === 0x5c) i++;
      else if (char === 0x22) inString = false;
    } else if (char === 0x22) inString = true;
    else if (char === 0x5b || char === 0x7b) {
      if (++depth > MAX_DEPTH) throw new SyntaxError(`nests deeper than ${MAX_DEPTH} levels`);
    } else if (char === 0x5d || char === 0x7d) depth--;
  }
  return JSON.parse(text);
}
