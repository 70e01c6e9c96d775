// Generated from contract/collect.schema.json by `npm run contract`; not to be edited.

export interface Contract {
  CollectedBatch?: CollectedBatch | undefined;
  CollectedEvent?: CollectedEvent | undefined;
  EventData?: EventData | undefined;
}
/**
 * The envelope of seed 003: context once, then the events that happened in it.
 */
export interface CollectedBatch {
  eventType: string;
  /**
   * @minItems 1
   * @maxItems 100
   */
  events: [CollectedEvent, ...CollectedEvent[]];
  [k: string]: unknown;
}
/**
 * One event as trackers send it. Only `eventType` is required; unknown keys are kept as they are.
 */
export interface CollectedEvent {
  /**
   * pageview, click, page_exit, … or a name of your own.
   */
  eventType: string;
  /**
   * Makes sending twice count once. A UUID, or any string of at most 64 characters.
   */
  eventId?: string | null | undefined;
  sessionId?: string | null | undefined;
  visitorId?: string | null | undefined;
  /**
   * Default: the host of `url`, with dashes for dots.
   */
  siteId?: string | null | undefined;
  /**
   * ISO 8601 or milliseconds since 1970. Default: now.
   */
  timestamp?: string | null | undefined;
  /**
   * Absolute, http or https.
   */
  url?: string | null | undefined;
  /**
   * Default: the path of `url`.
   */
  path?: string | null | undefined;
  /**
   * At most 10,000 bytes of JSON.
   */
  eventData?: Record<string, unknown> | null;
  [k: string]: unknown;
}
/**
 * Event type to the shape of its `eventData`.
 */
export interface EventData {
  pageview: PageviewData;
  page_exit: PageExitData;
  page_visibility: PageVisibilityData;
  click: ClickData;
  scroll: ScrollData;
  scroll_depth: ScrollDepthData;
  form_focus: FormFocusData;
  form_submit: FormSubmitData;
  text_selection: TextData;
  text_copy: TextData;
  web_vital: WebVitalData;
}
/**
 * A page was come to.
 */
export interface PageviewData {
  navigationMethod:
    'initial_load' | 'pushstate' | 'replacestate' | 'popstate' | 'hashchange' | 'bfcache';
}
/**
 * A page was left; the names of the paths only where no new document was loaded.
 */
export interface PageExitData {
  timeSpent?: number | undefined;
  engagedMs?: number | undefined;
  exitMethod?: string | undefined;
  previousPath?: string | undefined;
  newPath?: string | undefined;
}
/**
 * The tab was put away or taken up; timeSpent is since the last such change.
 */
export interface PageVisibilityData {
  hidden: boolean;
  timeSpent?: number | undefined;
  engagedMs?: number | undefined;
}
/**
 * An element was clicked; href is empty where it is no link.
 */
export interface ClickData {
  tagName: string;
  classes: string;
  id: string;
  href: string;
  text: string;
  position: Position;
  isDownload?: boolean | undefined;
  fileType?: string | undefined;
  isOutbound?: boolean | undefined;
}
/**
 * A point in the viewport.
 */
export interface Position {
  x: number;
  y: number;
}
/**
 * A new maximum of scrolling.
 */
export interface ScrollData {
  scrollPercentage: number;
  scrollTop: number;
  documentHeight: number;
  windowHeight: number;
}
/**
 * A quarter of the page was reached for the first time.
 */
export interface ScrollDepthData {
  milestone: number;
  timeToMilestone: number;
  scrollPercentage: number;
}
/**
 * A field was touched for the first time.
 */
export interface FormFocusData {
  field: string;
  type: string;
}
/**
 * A form was submitted; formData: name to value, secrets redacted.
 */
export interface FormSubmitData {
  formId: string;
  formAction: string;
  formMethod: string;
  formData: Record<string, string>;
}
/**
 * Text was selected or copied; its words only where the site asks for them.
 */
export interface TextData {
  textLength: number;
  textPreview?: string | undefined;
}
/**
 * A Core Web Vital; value in milliseconds, of CLS without unit. Of one id the last value counts.
 */
export interface WebVitalData {
  name: 'CLS' | 'FCP' | 'INP' | 'LCP' | 'TTFB';
  value: number;
  rating: 'good' | 'needs-improvement' | 'poor';
  id: string;
  navigationType: string;
}
