/** A part of the page under a heading of its own, in a frame where it stands beside others. */
import { Paper, Stack, Title } from '@mantine/core';
import { type ReactElement, type ReactNode, useId } from 'react';

export function Section({
  title,
  framed = false,
  children,
}: {
  title: string;
  framed?: boolean;
  children: ReactNode;
}): ReactElement {
  const id = useId();
  const inner = (
    <Stack gap="sm">
      <Title order={2} size={framed ? 'h4' : 'h3'} id={id}>
        {title}
      </Title>
      {children}
    </Stack>
  );
  return framed ? (
    <Paper component="section" withBorder p="md" aria-labelledby={id}>
      {inner}
    </Paper>
  ) : (
    <section aria-labelledby={id}>{inner}</section>
  );
}
