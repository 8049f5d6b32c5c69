import type { Notification } from '../../model/notification.ts';
import { printable } from '../../ports/printable.ts';
import { pageContent } from './page-content.ts';
import type { PageContent, Section } from './page-content.ts';
import type { Template } from './template.ts';

/** What there is to say, as much of it as a service takes. */
export function fittedPage(
  notification: Notification,
  template: Template | undefined,
  fits: (content: PageContent) => boolean,
): PageContent {
  return fitted(pageContent(notification, template), fits);
}

/**
 * A message made short enough for its service: the least important is cut first, step by step, until it fits,
 * and it says that something was cut. The first line is the last to go, and then loses only its end.
 */
export function fitted(content: PageContent, fits: (content: PageContent) => boolean): PageContent {
  if (fits(content)) return content;
  let rest = content.sections;
  for (const cut of CUTS) {
    rest = cut(rest);
    const shorter = { ...content, sections: [...rest, SHORTENED] };
    if (fits(shorter)) return shorter;
  }
  const bare = { ...content, context: '', sections: [] };
  return fits(bare) ? bare : shortenedHeadline(bare, fits);
}

type Cut = (sections: readonly Section[]) => readonly Section[];

const SHORTENED: Section = {
  about: 'cut',
  group: 'where',
  label: 'shortened',
  items: [{ tone: 'plain', text: 'this service takes no more; the rest is in the incident' }],
};

/** From what is missed least to what is missed most. Each step goes on where the one before it ended. */
const CUTS: readonly Cut[] = [
  without('held'),
  without('related'),
  atMost('changes', 5),
  atMost('hit', 10),
  shorter('untouched', 200),
  without('link'),
  atMost('own-words', 60),
  shorter('belief', 200),
  atMost('ways-out', 5),
  atMost('own-words', 30),
  atMost('hit', 5),
  atMost('changes', 2),
  shorter('untouched', 100),
  shorter('hit', 120),
  shorter('changes', 120),
  shorter('broken', 200),
  atMost('own-words', 12),
  atMost('belief', 4),
  shorter('ways-out', 120),
  without('times'),
  atMost('ways-out', 2),
  atMost('hit', 2),
  atMost('own-words', 4),
  without('changes'),
  without('untouched'),
  shorter('belief', 100),
  without('runbook'),
  shorter('own-words', 200),
  atMost('belief', 2),
  atMost('ways-out', 1),
  atMost('hit', 1),
  without('belief'),
  without('ways-out'),
  without('hit'),
  without('own-words'),
  without('broken'),
];

function without(about: Section['about']): Cut {
  return (sections) => sections.filter((section) => section.about !== about);
}

function atMost(about: Section['about'], count: number): Cut {
  return (sections) =>
    sections.map((section) => {
      const left = section.items.length - count;
      if (section.about !== about || left <= 0) return section;
      const more = { tone: 'plain', text: `and ${left} more` } as const;
      return { ...section, items: [...section.items.slice(0, count), more] };
    });
}

function shorter(about: Section['about'], max: number): Cut {
  return (sections) =>
    sections.map((section) =>
      section.about === about
        ? { ...section, items: section.items.map((item) => ({ ...item, text: printable(item.text, max) })) }
        : section,
    );
}

/** The longest beginning of the headline that fits, found by halving. */
function shortenedHeadline(content: PageContent, fits: (content: PageContent) => boolean): PageContent {
  const cutTo = (max: number): PageContent => ({ ...content, headline: printable(content.headline, max) });
  let fitting = 1;
  let tooLong = content.headline.length;
  while (tooLong - fitting > 1) {
    const middle = Math.floor((fitting + tooLong) / 2);
    if (fits(cutTo(middle))) fitting = middle;
    else tooLong = middle;
  }
  return cutTo(fitting);
}
