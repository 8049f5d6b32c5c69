import { readFile } from 'node:fs/promises';

/** Linux counts processor time for everybody in hundredths of a second (`getconf CLK_TCK`). */
const TICK_MS = 10;

/** User and system time that a process has used so far, all of its threads and none of its children, in milliseconds. */
export async function cpuMs(pid: number): Promise<number> {
  return (await statFields(String(pid), 14)) * TICK_MS;
}

/** The same of all children of this process that have ended, theirs included. */
export async function endedChildrenCpuMs(): Promise<number> {
  return (await statFields('self', 16)) * TICK_MS;
}

/** The sum of two neighbouring fields of `stat`, as proc(5) counts them. */
async function statFields(process: string, first: number): Promise<number> {
  const text = await readFile(`/proc/${process}/stat`, 'utf8');
  // The name stands in brackets and may hold anything; the fields after it are counted from 3.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return Number(fields[first - 3]) + Number(fields[first + 1 - 3]);
}

/** Resident memory of a process, in MiB. */
export async function rssMb(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(text)?.[1]) / 1024;
}
