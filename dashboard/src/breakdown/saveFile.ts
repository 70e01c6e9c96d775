// Hands a file to the browser, as if a link to it had been followed.

// Some browsers read the address only after the click has returned.
const KEPT_MS = 60_000;

export const saveFile = (name: string, content: Blob): void => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  window.setTimeout(() => {
    URL.revokeObjectURL(link.href);
  }, KEPT_MS);
};
