import { readFile } from 'node:fs/promises';

/** Linux counts processor time for everybody in hundredths of a second (`getconf CLK_TCK`). */
const TICK_MS = 10;

/** User and system time that a process has used so far, all of its threads and none of its children, in milliseconds. */
export async function cpuMs(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The name stands in brackets and may hold anything; the fields after it are counted from 3 (proc(5)).
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[14 - 3]) + Number(fields[15 - 3])) * TICK_MS;
}

/** Resident memory of a process, in MiB. */
export async function rssMb(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(text)?.[1]) / 1024;
}
