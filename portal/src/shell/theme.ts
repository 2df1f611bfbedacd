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

export const theme = createTheme({
  primaryColor: 'fairway',
  primaryShade: { light: 7, dark: 4 },
  autoContrast: true,
  luminanceThreshold: 0.35,
  colors: { fairway },
  defaultRadius: 'md',
  fontFamily:
    'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
  headings: { fontWeight: '650' },
  respectReducedMotion: true,
  focusRing: 'auto',
  cursorType: 'pointer',
});
