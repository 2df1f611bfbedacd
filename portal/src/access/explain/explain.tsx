/** Explains a decision: which statements decide what someone may have of what is at an address. See docs/adr/0010-statements-and-effects.md */
import { Button, Group, Radio, Spoiler, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Empty } from '../../part/empty.tsx';
import { LinkButton } from '../../part/link.tsx';
import { Loading } from '../../part/loading.tsx';
import { Problem } from '../../part/problem.tsx';
import { FhirProblem, getJson } from '../../server/fhir.ts';
import { useAsker } from '../../server/query.ts';
import { ServerChoice, useChosenServer } from '../server-choice.tsx';
import { decisionsIn } from './decision.ts';
import { DecisionCard } from './decision-card.tsx';

/** Who may be asked for, as `$explain` takes them. */
const kinds: Readonly<Record<string, string>> = {
  anonymous: '{}',
  researcher: JSON.stringify({
    subject: { kind: 'person', issuer: 'https://example.org', id: 'somebody' },
    purposes: ['http://terminology.hl7.org/CodeSystem/v3-ActReason|HRESCH'],
    research: { kinds: ['health'], diseases: [], commercial: false },
    forProfit: false,
  }),
};

export function Explain(): ReactElement {
  const { t } = useTranslation('access-committee');
  const search = useSearch({ from: '/access' });
  const navigate = useNavigate();
  const base = useChosenServer();
  const url = typeof search['url'] === 'string' ? search['url'] : '';
  const as = typeof search['as'] === 'string' ? search['as'] : '{}';
  return (
    <Stack>
      <Text maw="75ch">{t('explain-text')}</Text>
      <ServerChoice />
      <Question
        key={`${url} ${as}`}
        url={url}
        as={as}
        ask={(next) => void navigate({ to: '/access', search: (last) => ({ ...last, ...next }) })}
      />
      {url === '' ? null : <Explanation base={base} url={url} as={as} />}
    </Stack>
  );
}

function Question({
  url,
  as,
  ask,
}: {
  url: string;
  as: string;
  ask(next: { url: string; as: string }): void;
}): ReactElement {
  const { t } = useTranslation('access-committee');
  const [address, setAddress] = useState(url);
  const [asker, setAsker] = useState(as);
  const kind = Object.entries(kinds).find(([, text]) => text === asker)?.[0] ?? 'other';
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (address.trim() !== '') ask({ url: address.trim(), as: asker });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label={t('address')}
          description={t('address-text')}
          value={address}
          onChange={({ currentTarget }) => setAddress(currentTarget.value)}
          required
        />
        <Radio.Group
          label={t('as-whom')}
          value={kind}
          onChange={(value) => setAsker(kinds[value] ?? JSON.stringify(JSON.parse(kinds['researcher']!), null, 2))}
        >
          <Group mt="xs">
            {['anonymous', 'researcher', 'other'].map((one) => (
              <Radio key={one} value={one} label={t(`as-${one}`)} />
            ))}
          </Group>
        </Radio.Group>
        {kind === 'other' ? (
          <Textarea
            label={t('as-json')}
            description={t('as-json-text')}
            autosize
            value={asker}
            onChange={({ currentTarget }) => setAsker(currentTarget.value)}
          />
        ) : null}
        <Group>
          <Button type="submit">{t('explain')}</Button>
        </Group>
      </Stack>
    </form>
  );
}

function Explanation({ base, url, as }: { base: string; url: string; as: string }): ReactElement {
  const { t } = useTranslation('access-committee');
  const who = useAsker(base);
  const found = useQuery({
    queryKey: ['explain', base, url, as, who],
    queryFn: ({ signal }) =>
      getJson(base, '$explain', {
        method: 'POST',
        signal,
        body: {
          resourceType: 'Parameters',
          parameter: [
            { name: 'url', valueUri: url },
            { name: 'as', valueString: as },
          ],
        },
      }),
  });
  if (found.isPending) return <Loading />;
  // What is not there and what is not for the reader are one and the same to them.
  const isNothing = found.error instanceof FhirProblem && [404, 410].includes(found.error.status);
  if (found.isError && !isNothing) return <Problem error={found.error} retry={() => void found.refetch()} />;
  const decisions = found.data === undefined ? [] : decisionsIn(found.data);
  if (decisions.length === 0) return <NothingThere base={base} url={url} />;
  return (
    <Stack aria-live="polite">
      {decisions.map((decision) => (
        <DecisionCard key={decision.resources.join(' ')} decision={decision} base={base} />
      ))}
      <Spoiler maxHeight={0} showLabel={t('as-data')} hideLabel={t('hide-data')}>
        <Text component="pre" size="xs">
          {JSON.stringify(found.data, null, 2)}
        </Text>
      </Spoiler>
    </Stack>
  );
}

function NothingThere({ base, url }: { base: string; url: string }): ReactElement {
  const { t } = useTranslation('access-committee');
  return (
    <Empty title={t('nothing-there')} text={t('nothing-there-text')}>
      <LinkButton to="/login" search={{ at: base }} variant="default">
        {t('nothing-there-log-in')}
      </LinkButton>
      <LinkButton to="/explore/$" params={{ _splat: url.split('?')[0] ?? '' }} search={{ at: base }} variant="default">
        {t('nothing-there-explore')}
      </LinkButton>
    </Empty>
  );
}
