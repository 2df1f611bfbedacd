/** The kinds of criteria to choose from. See docs/reference/question.md */
import { Button, Menu } from '@mantine/core';
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { type CriterionKind, criterionKinds } from './draft.ts';

/** `children` are further items. */
export function KindMenu({
  id,
  label,
  onChoose,
  quiet = false,
  children,
}: {
  id?: string;
  label: string;
  onChoose: (kind: CriterionKind) => void;
  quiet?: boolean;
  children?: ReactNode;
}): ReactElement {
  const { t } = useTranslation('ask');
  return (
    <Menu position="bottom-start" returnFocus={false}>
      <Menu.Target>
        <Button
          {...(id === undefined ? {} : { id })}
          variant={quiet ? 'subtle' : 'light'}
          size={quiet ? 'compact-sm' : 'sm'}
          w="fit-content"
        >
          {label}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {criterionKinds.map((kind) => (
          <Menu.Item key={kind} onClick={() => onChoose(kind)}>
            {t(`kind.${kind}`)}
          </Menu.Item>
        ))}
        {children}
      </Menu.Dropdown>
    </Menu>
  );
}
