import { useEffect, useState } from 'preact/hooks';
import type { Cards } from './cards.ts';
import { layOut } from './layout.ts';
import type { Layout } from './layout.ts';

/** Positions are stable: the same cards are laid out once. */
export function useLayout(cards: Cards): Layout | null {
  const [layout, setLayout] = useState<{ readonly of: Cards; readonly layout: Layout } | null>(null);
  useEffect(() => {
    let isLeft = false;
    void layOut(cards).then((made) => {
      if (!isLeft) setLayout({ of: cards, layout: made });
    });
    return () => {
      isLeft = true;
    };
  }, [cards]);
  return layout?.of === cards ? layout.layout : null;
}
