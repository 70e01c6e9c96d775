// Hands a file to the browser, as if a link to it had been followed.
import { useMutation } from "@tanstack/react-query";

import type { Download } from "./api";

// Some browsers read the address only after the click has returned.
const KEPT_MS = 60_000;

const save = ({ name, content }: Download): void => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  window.setTimeout(() => {
    URL.revokeObjectURL(link.href);
  }, KEPT_MS);
};

/** Fetches a file and saves it, also where what asked for it is closed meanwhile. */
export const useFile = <T = void>(fetchFile: (given: T) => Promise<Download>) =>
  useMutation({ networkMode: "always", mutationFn: fetchFile, onSuccess: save });
