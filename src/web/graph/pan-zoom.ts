import { useEffect, useRef, useState } from 'preact/hooks';
import type { RefObject } from 'preact';

/** What part of the drawing is seen: its upper left corner, and how many pixels of the screen one of it takes. */
export interface Window {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

const LEAST = 0.1;
const MOST = 2.5;
/** The whole is shown no smaller than this, where words can still be read; the rest is a drag away. */
const READABLE = 0.55;
const STEP = 60;

/** Pan by dragging or arrow keys, zoom by wheel, pinch or + and -; 0 shows the whole. */
export function usePanZoom(
  size: { readonly width: number; readonly height: number } | null,
  frame: RefObject<SVGSVGElement | null>,
): { readonly window: Window; readonly zoomBy: (factor: number) => void; readonly fit: () => void } {
  const [window, setWindow] = useState<Window>({ x: 0, y: 0, zoom: 1 });
  const present = useRef(window);
  present.current = window;

  const fit = (): void => {
    const box = frame.current?.getBoundingClientRect();
    if (box === undefined || size === null || size.width === 0) return;
    const zoom = Math.max(READABLE, Math.min(box.width / size.width, box.height / size.height, 1));
    // Where it does not fit, its left edge is seen: what people use.
    const x = Math.min(0, (size.width - box.width / zoom) / 2);
    setWindow({ x, y: (size.height - box.height / zoom) / 2, zoom });
  };
  const zoomAt = (factor: number, clientX: number, clientY: number): void => {
    const box = frame.current?.getBoundingClientRect();
    if (box === undefined) return;
    const { x, y, zoom } = present.current;
    const next = clamp(zoom * factor);
    const [atX, atY] = [clientX - box.left, clientY - box.top];
    setWindow({ x: x + atX / zoom - atX / next, y: y + atY / zoom - atY / next, zoom: next });
  };
  const zoomBy = (factor: number): void => {
    const box = frame.current?.getBoundingClientRect();
    if (box !== undefined) zoomAt(factor, box.left + box.width / 2, box.top + box.height / 2);
  };

  useEffect(() => {
    fit();
    const frameSize = new ResizeObserver(fit);
    if (frame.current !== null) frameSize.observe(frame.current);
    return () => frameSize.disconnect();
  }, [size?.width, size?.height]);
  useEffect(() => {
    const svg = frame.current;
    if (svg === null) return undefined;
    const leaving = new AbortController();
    const { signal } = leaving;
    const pointers = new Map<number, { x: number; y: number }>();
    svg.addEventListener(
      'wheel',
      (event) => {
        event.preventDefault();
        zoomAt(Math.exp(-event.deltaY / 400), event.clientX, event.clientY);
      },
      { signal, passive: false },
    );
    svg.addEventListener('pointerdown', (event) => pointers.set(event.pointerId, at(event)), { signal });
    svg.addEventListener(
      'pointermove',
      (event) => {
        const before = pointers.get(event.pointerId);
        if (before === undefined) return;
        const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
        const after = at(event);
        pointers.set(event.pointerId, after);
        if (other !== undefined) {
          zoomAt(distance(after, other) / Math.max(1, distance(before, other)), other.x, other.y);
          return;
        }
        const { x, y, zoom } = present.current;
        setWindow({ x: x - (after.x - before.x) / zoom, y: y - (after.y - before.y) / zoom, zoom });
      },
      { signal },
    );
    for (const over of ['pointerup', 'pointercancel', 'pointerleave'] as const)
      svg.addEventListener(over, (event) => pointers.delete(event.pointerId), { signal });
    svg.addEventListener(
      'keydown',
      (event) => {
        if (event.target !== svg) return;
        const { x, y, zoom } = present.current;
        const [dx, dy] = ARROWS[event.key] ?? [0, 0];
        if (dx !== 0 || dy !== 0) setWindow({ x: x + (dx * STEP) / zoom, y: y + (dy * STEP) / zoom, zoom });
        else if (event.key === '+') zoomBy(1.25);
        else if (event.key === '-') zoomBy(0.8);
        else if (event.key === '0') fit();
        else return;
        event.preventDefault();
      },
      { signal },
    );
    return () => leaving.abort();
  });
  return { window, zoomBy, fit };
}

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

function clamp(zoom: number): number {
  return Math.min(MOST, Math.max(LEAST, zoom));
}

function at({ clientX, clientY }: PointerEvent): { x: number; y: number } {
  return { x: clientX, y: clientY };
}

function distance(a: { x: number; y: number }, b: { x: number; y: number }): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
