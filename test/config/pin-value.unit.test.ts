import { describe, expect, test } from 'vitest';
import { pinValue } from '../../src/config/grammar/pin-value.ts';

describe('a pinned address', () => {
  test.each([
    ['10.2.0.7'],
    ['10.2.0.0/16'],
    ['10.2.*'],
    ['2001:db8::1'],
    ['2001:DB8::1'],
    ['2001:db8::/32'],
    ['::/0'],
    ['::ffff:10.0.0.0/104'],
    ['2001:db8:1:*'],
  ])('may be %s', (pinned) => {
    expect(pinValue('addresses').safeParse(pinned)).toEqual({ success: true, data: pinned });
  });

  test.each([['2001:db8::/129'], ['10.0.0.0/33'], ['010.0.0.1'], ['2001:db8::1::2'], ['host.example']])(
    'may not be %s, which the engine would never find',
    (pinned) => {
      expect(pinValue('addresses').safeParse(pinned).success).toBe(false);
    },
  );
});
