/** Gives a text to the reader as a file. */
import { saveFile } from '../part/save.ts';

export const download = (text: string, name: string, type: string): void =>
  saveFile(new Blob([text], { type: type === '' ? 'text/plain' : type }), name);
