/** There is nothing to show: why, and what one can do. */
import { Group, Paper, Stack, Text, Title } from '@mantine/core';
import type { ReactElement, ReactNode } from 'react';

/** `children` are the ways on. */
export function Empty({
  title,
  text,
  children,
  order = 2,
}: {
  title: string;
  text?: string;
  children?: ReactNode;
  order?: 1 | 2 | 3;
}): ReactElement {
  return (
    <Paper withBorder p="xl" my="md">
      <Stack gap="sm" align="flex-start">
        <Title order={order} size="h3">
          {title}
        </Title>
        {text === undefined ? null : <Text maw="70ch">{text}</Text>}
        {children === undefined ? null : <Group>{children}</Group>}
      </Stack>
    </Paper>
  );
}
