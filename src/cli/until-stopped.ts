/** Waits for SIGTERM or SIGINT; SIGHUP calls `reload`. A second signal ends the process at once. */
export async function untilStopped(reload: () => void, also?: Promise<string>): Promise<string> {
  const onHangUp = (): void => reload();
  process.on('SIGHUP', onHangUp);
  const signals = new Promise<string>((resolve) => {
    const stop = (signal: NodeJS.Signals): void => {
      process.off('SIGTERM', stop);
      process.off('SIGINT', stop);
      process.once('SIGTERM', () => process.exit(143));
      process.once('SIGINT', () => process.exit(130));
      resolve(signal);
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  });
  const why = await (also === undefined ? signals : Promise.race([signals, also]));
  process.off('SIGHUP', onHangUp);
  return why;
}
