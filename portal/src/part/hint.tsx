/** Words that come up beside what one points at, made only then: dozens of them on a page cost nothing before. https://mantine.dev/core/tooltip/ */
import { Tooltip } from '@mantine/core';
import { cloneElement, type PointerEventHandler, type ReactElement, useState } from 'react';

export function Hint({
  text,
  children,
}: {
  text: string;
  children: ReactElement<{ onPointerEnter?: PointerEventHandler }>;
}): ReactElement {
  const [isPointedAt, setPointedAt] = useState(false);
  if (!isPointedAt) return cloneElement(children, { onPointerEnter: () => setPointedAt(true) });
  return (
    <Tooltip label={text} multiline maw={420} defaultOpened events={{ hover: true, focus: true, touch: true }}>
      {children}
    </Tooltip>
  );
}
