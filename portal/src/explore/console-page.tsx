/** A console for any request to a FHIR server, with what came back. https://hl7.org/fhir/R4B/http.html */
import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Copy } from '../part/copy.tsx';
import { Dialog } from '../part/dialog.tsx';
import { formatNumber } from '../part/format.ts';
import { Loading } from '../part/loading.tsx';
import { PageTitle } from '../part/page-title.tsx';
import { addressOf, isBelow } from '../server/address.ts';
import { FhirProblem } from '../server/fhir.ts';
import { useSessions } from '../server/tokens.ts';
import { ConsoleAnswer } from './console-answer.tsx';
import { ConsoleForm } from './console-form.tsx';
import { type Remembered, remember, useRemembered } from './console-memory.ts';
import { type ConsoleRequest, curlOf, mayChange, sentHeaders, takesBody } from './console-request.ts';
import classes from './explore.module.css';
import { askText } from './fetch-text.ts';
import { Trouble } from './trouble.tsx';

export function ConsolePage({ base }: { base: string }): ReactElement {
  const { t } = useTranslation('explore');
  const { path = 'metadata' }: { path?: string } = useSearch({ strict: false });
  const [request, setRequest] = useState<ConsoleRequest>({ method: 'GET', path, headers: '', body: '' });
  const [asks, setAsks] = useState(false);
  const sent = useSend(base);
  const send = (): void => {
    setAsks(false);
    sent.mutate(request);
  };
  return (
    <>
      <PageTitle title={t('console')} text={t('console-text')} />
      <ConsoleForm
        base={base}
        request={request}
        onChange={setRequest}
        isSending={sent.isPending}
        onSend={() => (mayChange(request) ? setAsks(true) : send())}
      />
      <Dialog opened={asks} onClose={() => setAsks(false)} title={t('really')}>
        <Text>{t('really-text', { method: request.method, address: addressOf(base, request.path) })}</Text>
        <Group>
          <Button color="red" variant="outline" onClick={send}>
            {t('really-send', { method: request.method })}
          </Button>
          <Button variant="default" onClick={() => setAsks(false)} data-autofocus>
            {t('really-not')}
          </Button>
        </Group>
      </Dialog>
      <Curl base={base} request={request} />
      {sent.isPending ? <Loading /> : null}
      {sent.error === null ? null : <Trouble error={sent.error} retry={() => sent.mutate(request)} />}
      {sent.data === undefined ? null : <ConsoleAnswer answer={sent.data} base={base} />}
      <Past onChoose={setRequest} />
    </>
  );
}

function useSend(base: string) {
  return useMutation({
    mutationFn: async (request: ConsoleRequest) => {
      const { accept, ...headers } = sentHeaders(request);
      const hasBody = takesBody(request.method) && request.body.trim() !== '';
      const begun = performance.now();
      try {
        const answer = await askText(base, request.path, {
          method: request.method,
          headers,
          ...(accept === undefined ? {} : { accept }),
          ...(hasBody ? { body: request.body } : {}),
        });
        remember({ base, request, status: answer.status, milliseconds: answer.milliseconds });
        return answer;
      } catch (error) {
        if (error instanceof FhirProblem)
          remember({ base, request, status: 0, milliseconds: performance.now() - begun });
        throw error;
      }
    },
  });
}

function Curl({ base, request }: { base: string; request: ConsoleRequest }): ReactElement {
  const { t } = useTranslation('explore');
  const hasToken = useSessions().some((one) => one.base === base) && isBelow(base, addressOf(base, request.path));
  const text = curlOf(base, request, hasToken);
  return (
    <Paper withBorder p="sm" my="md" component="section" aria-label={t('as-curl')}>
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h5">
          {t('as-curl')}
        </Title>
        <Copy text={text} what="curl" />
      </Group>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls */}
      <pre className={classes['block']} tabIndex={0}>
        {text}
      </pre>
      {hasToken ? (
        <Text size="sm" c="dimmed">
          {t('curl-token')}
        </Text>
      ) : null}
    </Paper>
  );
}

function Past({ onChoose }: { onChoose(request: ConsoleRequest): void }): ReactElement {
  const { t } = useTranslation('explore');
  const past = useRemembered();
  return (
    <section>
      <Title order={2} size="h4" mt="lg" mb="xs">
        {t('past')}
      </Title>
      <Text size="sm" c="dimmed" mb="xs">
        {past.length === 0 ? t('past-none') : t('past-text')}
      </Text>
      <ul className={classes['items']}>
        {past.map((one) => (
          <li key={one.number}>
            <PastLine one={one} onChoose={onChoose} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function PastLine({ one, onChoose }: { one: Remembered; onChoose(request: ConsoleRequest): void }): ReactElement {
  const { t } = useTranslation('explore');
  const { base, request, status, milliseconds } = one;
  const address = addressOf(base, request.path);
  return (
    <Stack gap={0} align="flex-start">
      <Button
        variant="subtle"
        size="compact-sm"
        maw="100%"
        onClick={() => onChoose({ ...request, path: address })}
        aria-label={t('past-again', { method: request.method, address })}
      >
        {request.method} {address.length > 90 ? `${address.slice(0, 90)}…` : address}
      </Button>
      <Text size="xs" c="dimmed" pl="xs">
        {status === 0 ? t('no-answer') : status} · {formatNumber(Math.round(milliseconds))} ms
      </Text>
    </Stack>
  );
}
