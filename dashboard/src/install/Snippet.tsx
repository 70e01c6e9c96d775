// The tag to paste into a site, with a button that copies it.
import { Check, Copy } from "lucide-react";
import { Fragment, useEffect, useRef, useState, type ReactNode } from "react";

import styles from "./Snippet.module.css";

type Copied = "no" | "copied" | "selected";

const RESET_AFTER_MS = 2_500;

const labels: Readonly<Record<Copied, string>> = {
  no: "Copy",
  copied: "Copied",
  selected: "Selected: press Ctrl+C",
};

export const Snippet = ({ code }: { readonly code: string }): ReactNode => {
  const text = useRef<HTMLElement>(null);
  const [copied, setCopied] = useState<Copied>("no");

  useEffect(() => {
    if (copied === "no") return;
    const timer = window.setTimeout(() => {
      setCopied("no");
    }, RESET_AFTER_MS);
    return () => {
      window.clearTimeout(timer);
    };
  }, [copied]);

  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(code);
      setCopied("copied");
    } catch {
      // Browsers offer no clipboard to plain http on other hosts, and may refuse it elsewhere.
      if (text.current !== null) window.getSelection()?.selectAllChildren(text.current);
      setCopied("selected");
    }
  };

  return (
    <div className={styles.snippet}>
      <pre className={styles.code}>
        <code ref={text}>
          {code.split(" ").map((word, index) => (
            <Fragment key={index}>
              {index > 0 && " "}
              <span className={styles.word}>{word}</span>
            </Fragment>
          ))}
        </code>
      </pre>
      <button type="button" className="button" onClick={() => void copy()}>
        {copied === "copied" ? <Check size={15} aria-hidden /> : <Copy size={15} aria-hidden />}
        {labels[copied]}
      </button>
      <span role="status" className="unseen">
        {copied === "no" ? "" : labels[copied]}
      </span>
    </div>
  );
};
