// The last half hour of a site, live while its tab is looked at: an open stream is a connection less for others.
import { useEffect, useReducer, useState, useSyncExternalStore } from "react";

import { refuse } from "../access/access";
import { ApiError } from "../api";
import { follow } from "./follow";
import { opening, reduce, type Live } from "./live";

const subscribe = (onChange: () => void): (() => void) => {
  document.addEventListener("visibilitychange", onChange);
  return () => {
    document.removeEventListener("visibilitychange", onChange);
  };
};

/** With a function that tries again at once. */
export const useRealtime = (siteId: string): readonly [Live, () => void] => {
  const [live, tell] = useReducer(reduce, opening);
  const [attempt, setAttempt] = useState(0);
  const isVisible = useSyncExternalStore(subscribe, () => !document.hidden);

  useEffect(() => {
    if (!isVisible) return;
    const ending = new AbortController();
    void follow(siteId, ending.signal, tell);
    return () => {
      ending.abort();
    };
  }, [siteId, isVisible, attempt]);

  const { error } = live;
  useEffect(() => {
    if (error instanceof ApiError && error.failure === "access") refuse(error.credential);
  }, [error]);

  return [
    live,
    () => {
      setAttempt((number) => number + 1);
    },
  ];
};
