/** The part of the UCUM library that is used here; it brings no types of its own. https://github.com/lhncbc/ucum-lhc */
declare module '@lhncbc/ucum-lhc' {
  export const UcumLhcUtils: {
    getInstance(): {
      convertUnitTo(from: string, value: number, to: string): { status: string; toVal: number | null };
    };
  };
}
