/** The first heading of a page, which is also the title of the browser's tab. */
import { Stack, Text, Title } from '@mantine/core';
import { type ReactElement, useEffect } from 'react';

export function PageTitle({ title, text }: { title: string; text?: string }): ReactElement {
  useEffect(() => {
    document.title = `${title.slice(0, 200)} · fairway`;
  }, [title]);
  return (
    <Stack gap={4} mb="md">
      <Title order={1} size="h2" dir="auto">
        {title}
      </Title>
      {text === undefined ? null : (
        <Text c="dimmed" maw="75ch">
          {text}
        </Text>
      )}
    </Stack>
  );
}
