/** Who saw what: the audit log for stewards, and for patients who was shown what of them. See docs/adr/0015-audit-log.md */
import { Button, Code, Group, NativeSelect, Stack, Text, TextInput, Title } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Copy } from '../../part/copy.tsx';
import { type Session, useSessions } from '../../server/tokens.ts';
import { ServerChoice, useChosenServer } from '../server-choice.tsx';
import { AuditTable } from './audit-table.tsx';

const filters = ['agent', 'entity', 'interaction', 'outcome', 'since', 'until'] as const;
type Filters = Record<(typeof filters)[number], string>;

/** The address of what is asked for, below the base. */
function pathOf(patient: string, { agent, entity, interaction, outcome, since, until }: Filters): string {
  const query = new URLSearchParams();
  if (patient === '') {
    for (const [name, value] of Object.entries({ agent, entity, interaction, outcome }))
      if (value !== '') query.append(name, value);
  }
  if (since !== '') query.append('date', `ge${since}`);
  if (until !== '') query.append('date', `le${until}`);
  query.append('_count', '25');
  return `${patient === '' ? '$audit-log' : `Patient/${encodeURIComponent(patient)}/$disclosures`}?${query}`;
}

export function Audit(): ReactElement {
  const { t } = useTranslation('access-committee');
  const search = useSearch({ from: '/access' });
  const navigate = useNavigate();
  const base = useChosenServer();
  const stated = (name: string): string => (typeof search[name] === 'string' ? search[name] : '');
  const session = useSessions().find((one) => one.base === base);
  const own = ownPatient(session);
  const patient = stated('patient').replace(/^Patient\//, '') || own;
  const chosen = Object.fromEntries(filters.map((name) => [name, stated(name)])) as Filters; // one of each name
  return (
    <Stack>
      <Text maw="75ch">{t('audit-text')}</Text>
      <ServerChoice />
      <AuditFilters
        key={JSON.stringify([chosen, patient])}
        patient={patient}
        filters={chosen}
        choose={(next, of) =>
          void navigate({
            to: '/access',
            search: (last) => ({ ...last, ...withoutEmpty(next), patient: of === '' ? undefined : of }),
          })
        }
      />
      {patient === '' ? null : (
        <Title order={2} size="h4">
          {patient === own ? t('your-data') : t('data-of', { patient: patient.slice(0, 64) })}
        </Title>
      )}
      {session === undefined ? (
        <Text>{t('audit-log-in')}</Text>
      ) : (
        <AuditTable base={base} path={pathOf(patient, chosen)} />
      )}
      {patient === '' ? <Verification /> : null}
    </Stack>
  );
}

function Verification(): ReactElement {
  const { t } = useTranslation('access-committee');
  return (
    <section>
      <Title order={2} size="h5">
        {t('verify')}
      </Title>
      <Text size="sm" mb="xs">
        {t('verify-text')}
      </Text>
      <Group gap="xs">
        <Code>fairway access verify-audit</Code>
        <Copy text="fairway access verify-audit" what={t('command')} />
      </Group>
    </section>
  );
}

/** The id of the Patient that somebody is, at the server of the login; empty for others. */
function ownPatient({ base, user }: Partial<Session> = {}): string {
  const start = `${base ?? ''}/Patient/`;
  return user?.startsWith(start) === true ? user.slice(start.length) : '';
}

/** What FHIR calls interactions; all else that servers do has a dollar sign before its name. */
const interaction =
  /^(?:read|vread|update|patch|delete|create|capabilities|batch|transaction|(?:history|search)(?:-\w+)?)$/;

function cleaned(filters: Filters): Filters {
  const all = Object.fromEntries(Object.entries(filters).map(([name, value]) => [name, value.trim()])) as Filters; // as many
  const { interaction: what } = all;
  return what === '' || what.startsWith('$') || interaction.test(what) ? all : { ...all, interaction: `$${what}` };
}

const withoutEmpty = (values: Filters): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value === '' ? undefined : value]));

function AuditFilters({
  patient,
  filters: chosen,
  choose,
}: {
  patient: string;
  filters: Filters;
  choose(next: Filters, patient: string): void;
}): ReactElement {
  const { t } = useTranslation('access-committee');
  const [next, setNext] = useState(chosen);
  const [of, setOf] = useState(patient);
  const change = (part: Partial<Filters>): void => setNext((last) => ({ ...last, ...part }));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    choose(cleaned(next), of.trim().replace(/^Patient\//, ''));
  };
  return (
    <form onSubmit={submit} aria-label={t('filters')}>
      <Group align="flex-end">
        <TextInput
          label={t('patient')}
          description={t('patient-text')}
          value={of}
          onChange={({ currentTarget }) => setOf(currentTarget.value)}
        />
        {(['agent', 'entity', 'interaction'] as const).map((name) => (
          <TextInput
            key={name}
            label={t(`filter-${name}`)}
            description={t(`filter-${name}-text`)}
            disabled={of !== ''}
            value={next[name]}
            onChange={({ currentTarget }) => change({ [name]: currentTarget.value })}
          />
        ))}
        <NativeSelect
          label={t('filter-outcome')}
          disabled={of !== ''}
          data={[
            { value: '', label: t('outcome-any') },
            { value: '0', label: t('outcome-0') },
            { value: '4', label: t('outcome-4') },
            { value: '8', label: t('outcome-8') },
          ]}
          value={next.outcome}
          onChange={({ currentTarget }) => change({ outcome: currentTarget.value })}
        />
        {(['since', 'until'] as const).map((name) => (
          <TextInput
            key={name}
            type="date"
            label={t(name)}
            value={next[name]}
            onChange={({ currentTarget }) => change({ [name]: currentTarget.value })}
          />
        ))}
        <Button type="submit">{t('show')}</Button>
      </Group>
    </form>
  );
}
