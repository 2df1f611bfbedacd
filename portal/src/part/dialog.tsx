/** A dialog over the page: named by its title, closed by Escape or its button. https://www.w3.org/WAI/ARIA/apg/patterns/dialog-modal/ */
import { CloseButton, Group, Modal, Stack } from '@mantine/core';
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

export function Dialog({
  opened,
  onClose,
  title,
  size = 'lg',
  children,
}: {
  opened: boolean;
  onClose(): void;
  title: string;
  size?: string | number;
  children: ReactNode;
}): ReactElement {
  const { t } = useTranslation('part');
  // Mantine's title names the dialog; its header is left out, which would be a second banner of the page.
  return (
    <Modal.Root opened={opened} onClose={onClose} size={size}>
      <Modal.Overlay />
      <Modal.Content>
        <Modal.Body>
          <Stack>
            <Group justify="space-between" wrap="nowrap" align="flex-start">
              <Modal.Title fz="h3" fw={650} dir="auto">
                {title}
              </Modal.Title>
              <CloseButton onClick={onClose} aria-label={t('close')} />
            </Group>
            {children}
          </Stack>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
