import type { Signal } from '@preact/signals';

/** Does something that may be refused; `refusal` holds why until it is tried again. */
export async function attempt(
  refusal: Signal<string | null>,
  act: () => Promise<unknown>,
  done: () => void = () => undefined,
): Promise<void> {
  refusal.value = null;
  try {
    await act();
    done();
  } catch (reason) {
    refusal.value = reason instanceof Error ? reason.message : String(reason);
  }
}
