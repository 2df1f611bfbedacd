/** Gives the parts of the page the names of codes, and the titles of data sets. https://react.dev/reference/react/createContext */
import { createContext, useContext } from 'react';
import type { DataSetTitle } from './data-set-titles.ts';

const NamesContext = createContext<(code: string) => string>((code) => code);
export const NamesProvider = NamesContext.Provider;
export const useNames = (): ((code: string) => string) => useContext(NamesContext);

const TitlesContext = createContext<(name: string) => DataSetTitle>(() => ({ state: 'looking' }));
export const TitlesProvider = TitlesContext.Provider;
export const useTitles = (): ((name: string) => DataSetTitle) => useContext(TitlesContext);
