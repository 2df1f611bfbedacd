/** The ways to log in at one server, and to use a token without. */
import { Button, Stack, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { authorizationAddress, canLogIn } from './authorization.ts';
import type { ExternalIssuer } from './issuer-metadata.ts';
import { PasteToken } from './paste-token.tsx';
import { placeBefore } from './place.ts';
import { LoginRefused } from './refusal.ts';
import { externalWay, ownWay, type Way, waysAt } from './ways.ts';

export function WaysIn({ base }: { base: string }): ReactElement {
  const { t } = useTranslation('login');
  const ways = useQuery({
    queryKey: ['ways-in', base],
    queryFn: ({ signal }) => waysAt(base, signal),
    staleTime: 300_000,
  });
  const { own, issuers = [] } = ways.data ?? {};
  return (
    <Stack gap="xs" align="flex-start">
      {ways.isPending ? <Text c="dimmed">{t('looking')}</Text> : null}
      {ways.isError ? <Text>{t('no-answer')}</Text> : null}
      {ways.isSuccess && own === undefined && issuers.length === 0 ? <Text>{t('no-smart')}</Text> : null}
      {own !== undefined && canLogIn() ? (
        <WayIn base={base} label={t('log-in-at', { base })} text={t('log-in')} way={async () => ownWay(own)} />
      ) : null}
      {canLogIn() ? issuers.map((one) => <IssuerWay key={one.issuer} base={base} issuer={one} />) : null}
      <PasteToken base={base} />
    </Stack>
  );
}

function IssuerWay({ base, issuer }: { base: string; issuer: ExternalIssuer }): ReactElement {
  const { t } = useTranslation('login');
  const name = issuer.issuer.replace(/^https?:\/\//, '').replace(/\/$/, '');
  return (
    <WayIn
      base={base}
      label={t('log-in-by-at', { base, issuer: name })}
      text={t('log-in-by', { issuer: name })}
      way={() => externalWay(issuer)}
    />
  );
}

function WayIn({
  base,
  label,
  text,
  way,
}: {
  base: string;
  label: string;
  text: string;
  way: () => Promise<Way>;
}): ReactElement {
  const { t } = useTranslation('login');
  const enter = useMutation({
    mutationFn: async () => location.assign(await authorizationAddress(base, await way(), placeBefore())),
  });
  const { error } = enter;
  return (
    <>
      <Button onClick={() => enter.mutate()} loading={enter.isPending} aria-label={label} maw="100%">
        {text}
      </Button>
      {error === null ? null : (
        <Text role="alert">
          {error instanceof LoginRefused ? `${t(`refusal-${error.reason}`)} (${error.message})` : String(error)}
        </Text>
      )}
    </>
  );
}
