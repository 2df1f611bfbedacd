/** Gives the reader a file. https://developer.mozilla.org/docs/Web/API/URL/createObjectURL_static */
export function saveFile(file: Blob, name: string): void {
  const address = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser has taken it by then; a large one may take its time.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
