/**
 * Text for services that look in it for `<@somebody>` or `<at user_id="all">`: what could be one is parted by a
 * space, so that nobody is called by what a target answered.
 */
export function withoutMentions(text: string): string {
  return text.replace(/<(?=\/?at\b|@)/gi, '< ');
}
