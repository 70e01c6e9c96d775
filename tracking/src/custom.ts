// Events of the site's own: footfall('name', {props}) and elements with data-event.
import { record } from './event';

const MAX_NAME = 100;

/**
 * `name` becomes the eventType, `props` the eventData: strangers' words, checked and never thrown at.
 * What is `passive` is nobody's doing and starts no session.
 */
export const recordCustom = (name?: string, props?: unknown, passive?: boolean): void => {
  // A batch of nothing would be refused together with its neighbours.
  if (!name || name === 'batch') return;
  record(name.slice(0, MAX_NAME), { ...(props as object) }, { passive });
};

/** data-event="signup" data-event-plan="pro" gives footfall('signup', {plan: 'pro'}). */
export const recordNamed = ({ event, ...dataset }: DOMStringMap): void => {
  const props: Record<string, unknown> = {};
  for (const key in dataset) {
    if (/^event[A-Z]/.test(key)) props[key.charAt(5).toLowerCase() + key.slice(6)] = dataset[key];
  }
  recordCustom(event, props);
};
