/** Gives the reader a text as a file. */
import { saveFile } from '../part/save.ts';

export const download = (name: string, type: string, text: string): void => saveFile(new Blob([text], { type }), name);
