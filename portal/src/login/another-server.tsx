/** Any other FHIR server, by its base address. */
import { Button, Group, TextInput, Title } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { baseOf } from '../server/address.ts';

export function AnotherServer({ asked }: { asked: readonly string[] }): ReactElement {
  const { t } = useTranslation('login');
  const navigate = useNavigate();
  const [address, setAddress] = useState('');
  const [isWrong, setWrong] = useState(false);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const base = baseOf(address.trim());
    const isAddress = /^https?:\/\//.test(base) && URL.canParse(base);
    setWrong(!isAddress);
    if (!isAddress) return;
    setAddress('');
    void navigate({ to: '/login', search: { at: [...asked.filter((one) => one !== base), base] } });
  };
  return (
    <form onSubmit={submit} noValidate aria-labelledby="login-another">
      <Title order={2} size="h3" id="login-another" mb="xs">
        {t('another')}
      </Title>
      <Group align="flex-end">
        <TextInput
          label={t('another-label')}
          description={t('another-text')}
          placeholder="https://fhir.example/fhir"
          value={address}
          onChange={({ currentTarget }) => setAddress(currentTarget.value)}
          error={isWrong ? t('another-wrong') : undefined}
          inputMode="url"
          flex="1 1 280px"
          maw={480}
        />
        <Button type="submit" variant="default">
          {t('another-show')}
        </Button>
      </Group>
    </form>
  );
}
