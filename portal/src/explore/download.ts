/** Gives a text to the reader as a file. */

export function download(text: string, name: string, type: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: type === '' ? 'text/plain' : type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
