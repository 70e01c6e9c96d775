// The second file: Core Web Vitals as events "web_vital", measured by the web-vitals package.
import { onCLS, onFCP, onINP, onLCP, onTTFB, type MetricType } from 'web-vitals';

interface Host {
  footfall?: (name: string, props: object, passive: boolean) => void;
}

/** value: milliseconds, of CLS a bare number. A later value of the same id replaces the one before. */
const report = ({ name, value, rating, id, navigationType }: MetricType): void => {
  const rounded = Math.round(value * 1_000) / 1_000;
  (window as Host).footfall?.('web_vital', { name, value: rounded, rating, id, navigationType }, true);
};

for (const watch of [onCLS, onFCP, onINP, onLCP, onTTFB]) watch(report);
