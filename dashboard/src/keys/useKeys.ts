// Listens to the keys of a site's page, unless its reader has switched them off in this browser.
import { useEffect, useEffectEvent, useRef, useSyncExternalStore } from "react";

import { forget, recall, remember } from "../storage";
import { commandOf, type Command } from "./keys";

const KEY = "footfall.keys";
const CHANGED = "footfall:keys";

const areOn = (): boolean => recall(KEY) !== "off";

const subscribe = (onChange: () => void): (() => void) => {
  window.addEventListener(CHANGED, onChange);
  return () => {
    window.removeEventListener(CHANGED, onChange);
  };
};

export const useKeysOn = (): boolean => useSyncExternalStore(subscribe, areOn);

export const switchKeys = (on: boolean): void => {
  if (on) forget(KEY);
  else remember(KEY, "off");
  window.dispatchEvent(new Event(CHANGED));
};

const OF_ITS_OWN = "input, textarea, select, [contenteditable]";
const OPEN = "[role=dialog], [role=listbox], [role=menu]";

/** run: does what a key asks for, and says whether there was something to do. */
export const useKeys = (run: (command: Command) => boolean): void => {
  // Asked before anybody hears of the press: Escape may close what is open meanwhile.
  const isBehind = useRef(false);
  const onPress = useEffectEvent((event: KeyboardEvent): void => {
    if (event.defaultPrevented || !areOn()) return;
    const { target } = event;
    const command = commandOf({
      key: event.key,
      withModifier: event.ctrlKey || event.metaKey || event.altKey,
      isTyping: target instanceof Element && target.closest(OF_ITS_OWN) !== null,
      isBehind: isBehind.current,
    });
    if (command !== null && run(command)) event.preventDefault();
  });
  useEffect(() => {
    const look = (): void => {
      isBehind.current = document.querySelector(OPEN) !== null;
    };
    window.addEventListener("keydown", look, true);
    window.addEventListener("keydown", onPress);
    return () => {
      window.removeEventListener("keydown", look, true);
      window.removeEventListener("keydown", onPress);
    };
  }, []);
};
