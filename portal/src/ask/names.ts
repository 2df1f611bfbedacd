/** Gives the parts of the page the names of codes. https://react.dev/reference/react/createContext */
import { createContext, useContext } from 'react';

const NamesContext = createContext<(code: string) => string>((code) => code);
export const NamesProvider = NamesContext.Provider;
export const useNames = (): ((code: string) => string) => useContext(NamesContext);
