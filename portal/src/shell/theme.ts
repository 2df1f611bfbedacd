/** Colours and shapes. All pairs of text and ground have a contrast of 4.5 at least, in light and dark. https://mantine.dev/theming/theme-object/ */
import { createTheme, type MantineColorsTuple } from '@mantine/core';

const fairway: MantineColorsTuple = [
  '#e6f6f1',
  '#cfeae2',
  '#a3d6c8',
  '#72c0ac',
  '#48aa92',
  '#2a9379',
  '#167f67',
  '#0b6b57',
  '#075646',
  '#044134',
];

/** Mantine's, with the shade of texts on white (7) dark enough to be read. */
const red: MantineColorsTuple = [
  '#fff5f5',
  '#ffe3e3',
  '#ffc9c9',
  '#ffa8a8',
  '#ff8787',
  '#ff6b6b',
  '#e03131',
  '#c92a2a',
  '#b02525',
  '#8f1d1d',
];
const yellow: MantineColorsTuple = [
  '#fff9db',
  '#fff3bf',
  '#ffec99',
  '#ffe066',
  '#ffd43b',
  '#fcc419',
  '#b37400',
  '#8f5a00',
  '#7a4d00',
  '#633e00',
];

export const theme = createTheme({
  primaryColor: 'fairway',
  primaryShade: { light: 7, dark: 6 },
  autoContrast: true,
  luminanceThreshold: 0.35,
  colors: { fairway, red, yellow },
  defaultRadius: 'md',
  fontFamily:
    'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
  headings: { fontWeight: '650' },
  respectReducedMotion: true,
  focusRing: 'auto',
  cursorType: 'pointer',
});
