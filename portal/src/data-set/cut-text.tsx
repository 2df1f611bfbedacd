/** A text that may be as long as a book: it is cut until one asks for all of it. */
import { Button } from '@mantine/core';
import { type ReactElement, type ReactNode, useState } from 'react';

export function CutText({
  text,
  most,
  more,
  less,
  children,
}: {
  text: string;
  /** characters that are shown at once */
  most: number;
  /** what the button says that shows all of it, and the one that cuts it again */
  more: string;
  less: string;
  children(shown: string): ReactNode;
}): ReactElement {
  const [isWhole, setWhole] = useState(false);
  const isLong = text.length > most;
  return (
    <>
      {children(isLong && !isWhole ? `${text.slice(0, most)}…` : text)}
      {isLong ? (
        <Button
          variant="default"
          size="compact-sm"
          w="fit-content"
          aria-expanded={isWhole}
          onClick={() => setWhole(!isWhole)}
        >
          {isWhole ? less : more}
        </Button>
      ) : null}
    </>
  );
}
