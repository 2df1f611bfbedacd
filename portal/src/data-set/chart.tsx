/** A drawing by ECharts, named for those who do not see it; beside it stands a table that says the same. https://echarts.apache.org/ */
import { useComputedColorScheme } from '@mantine/core';
import type { EChartsCoreOption, EChartsType } from 'echarts/core';
import { type ReactElement, useEffect, useRef } from 'react';

export interface Ink {
  text: string;
  line: string;
  fill: string;
}

const inks: Readonly<Record<'light' | 'dark', Ink>> = {
  light: { text: '#343a40', line: '#ced4da', fill: '#0b6b57' },
  dark: { text: '#dee2e6', line: '#4a4f54', fill: '#48aa92' },
};

/** `draw` is called anew when the colours change; it must be the same function while the data are the same. */
export function Chart({
  draw,
  label,
  height,
}: {
  draw(ink: Ink): EChartsCoreOption;
  label: string;
  height: number;
}): ReactElement {
  const place = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme('light');
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    let chart: EChartsType | undefined;
    let isOver = false;
    const observer = new ResizeObserver(() => chart?.resize());
    void import('./echarts.ts').then(({ init }) => {
      if (isOver) return;
      chart = init(element, null, { renderer: 'svg' });
      const ink = inks[scheme];
      const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
      chart.setOption({ animation: !still, animationDuration: 300, textStyle: { color: ink.text }, ...draw(ink) });
      observer.observe(element);
    });
    return () => {
      isOver = true;
      observer.disconnect();
      chart?.dispose();
    };
  }, [draw, scheme]);
  return <div ref={place} role="img" aria-label={label} style={{ height, width: '100%' }} />;
}
