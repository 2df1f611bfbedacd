/** A bearer token instead of a login, for servers that have none, and for stewards and engineers who were given one. https://www.rfc-editor.org/rfc/rfc6750 */
import { Button, Collapse, PasswordInput, Stack, Text, TextInput, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { addressOf } from '../server/address.ts';
import { logIn } from '../server/tokens.ts';

const form = /^[A-Za-z0-9\-._~+/]+=*$/;

export function PasteToken({ base }: { base: string }): ReactElement {
  const { t } = useTranslation('login');
  const [isOpen, { toggle }] = useDisclosure(false);
  return (
    <Stack gap="xs" w="100%">
      <UnstyledButton onClick={toggle} aria-expanded={isOpen} c="var(--mantine-color-anchor)" fz="sm" w="fit-content">
        {t('paste')}
      </UnstyledButton>
      <Collapse expanded={isOpen}>{isOpen ? <TokenForm base={base} /> : null}</Collapse>
    </Stack>
  );
}

function TokenForm({ base }: { base: string }): ReactElement {
  const { t } = useTranslation('login');
  const [token, setToken] = useState('');
  const [name, setName] = useState('');
  const [isWrong, setWrong] = useState(false);
  const check = useMutation({
    mutationFn: () => checkToken(base, token.trim()),
    onSuccess: (status) => {
      if (status !== 401) logIn({ base, token: token.trim(), name: name.trim() === '' ? t('token') : name.trim() });
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const isToken = form.test(token.trim());
    setWrong(!isToken);
    if (isToken) check.mutate();
  };
  const error = isWrong ? t('token-form') : check.data === 401 ? t('token-unknown') : undefined;
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="xs" maw={480}>
        <Text size="sm">{t('paste-text')}</Text>
        <PasswordInput
          label={t('token-label')}
          value={token}
          onChange={({ currentTarget }) => setToken(currentTarget.value)}
          autoComplete="off"
          visibilityToggleButtonProps={{ 'aria-label': t('token-show'), tabIndex: 0 }}
          error={error ?? (check.isError ? t('no-answer') : undefined)}
        />
        <TextInput
          label={t('token-name')}
          description={t('token-name-text')}
          value={name}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
          maxLength={80}
        />
        <Button type="submit" variant="default" loading={check.isPending} w="fit-content">
          {t('token-use')}
        </Button>
      </Stack>
    </form>
  );
}

/** The status with which the server meets the token. */
async function checkToken(base: string, token: string): Promise<number> {
  const headers = { accept: 'application/fhir+json', authorization: `Bearer ${token}` };
  return (await fetch(addressOf(base, 'metadata'), { headers, credentials: 'omit' })).status;
}
