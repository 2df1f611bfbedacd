/** What a server can do, by its CapabilityStatement: types to search, operations to try. https://hl7.org/fhir/R4B/capabilitystatement.html */
import { Code, Group, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Empty } from '../part/empty.tsx';
import { formatNumber } from '../part/format.ts';
import { LinkButton, LinkText } from '../part/link.tsx';
import { Loading } from '../part/loading.tsx';
import { PageTitle } from '../part/page-title.tsx';
import { Scrolled } from '../part/scrolled.tsx';
import type { Capability, OperationEntry, TypeCapability } from './capability.ts';
import classes from './explore.module.css';
import { LongText } from './long-text.tsx';
import { atOf } from './place.ts';
import { Trouble } from './trouble.tsx';
import { useCapability } from './use-capability.ts';

export function Overview({ base }: { base: string }): ReactElement {
  const { t } = useTranslation('explore');
  const { data, error, refetch, isPending } = useCapability(base);
  return (
    <>
      <PageTitle title={t('title')} text={t('overview-text')} />
      {isPending ? <Loading /> : null}
      {error === null ? null : <Trouble error={error} retry={() => void refetch()} />}
      {data === undefined ? null : <Statement capability={data} base={base} />}
    </>
  );
}

function Statement({ capability, base }: { capability: Capability; base: string }): ReactElement {
  const { t } = useTranslation('explore');
  const { title, software, fhirVersion, formats, security, securityServices, interactions } = capability;
  const facts: [string, string | undefined][] = [
    [t('software'), software],
    [t('fhir-version'), fhirVersion],
    [t('formats'), formats.join(', ')],
    [t('interactions'), interactions.join(', ')],
    [
      t('security'),
      [securityServices.join(', '), security].filter((one) => one !== undefined && one !== '').join(': '),
    ],
  ];
  return (
    <Stack gap="lg">
      <section>
        {title === '' ? null : (
          <Title order={2} size="h4" dir="auto">
            {title}
          </Title>
        )}
        <dl className={classes['elements']}>
          {facts
            .filter(([, value]) => value !== undefined && value !== '')
            .map(([name, value]) => (
              <div key={name} className={classes['element']}>
                <dt>{name}</dt>
                <dd>
                  <LongText text={value!} />
                </dd>
              </div>
            ))}
        </dl>
      </section>
      <Types capability={capability} base={base} />
      <Operations capability={capability} base={base} />
    </Stack>
  );
}

function Types({ capability: { types }, base }: { capability: Capability; base: string }): ReactElement {
  const { t } = useTranslation('explore');
  const [filter, setFilter] = useState('');
  const shown = types.filter(({ type }) => type.toLowerCase().includes(filter.trim().toLowerCase()));
  return (
    <section>
      <Group justify="space-between" align="flex-end" mb="xs">
        <Title order={2} size="h4">
          {t('types', { count: types.length, shown: formatNumber(types.length) })}
        </Title>
        <TextInput
          label={t('filter-types')}
          value={filter}
          onChange={({ currentTarget }) => setFilter(currentTarget.value)}
        />
      </Group>
      {shown.length === 0 ? (
        <Empty title={t('no-types')} order={3} />
      ) : (
        <Scrolled label={t('type')}>
          <Table className={classes['table']} striped>
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">{t('type')}</Table.Th>
                <Table.Th scope="col" visibleFrom="sm">
                  {t('interactions')}
                </Table.Th>
                <Table.Th scope="col">{t('parameters')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {shown.map((one) => (
                <TypeRow key={one.type} capability={one} base={base} />
              ))}
            </Table.Tbody>
          </Table>
        </Scrolled>
      )}
    </section>
  );
}

function TypeRow({
  capability: { type, interactions, parameters },
  base,
}: {
  capability: TypeCapability;
  base: string;
}): ReactElement {
  return (
    <Table.Tr>
      <Table.Td>
        <LinkText to="/explore/$" params={{ _splat: type }} search={atOf(base)} fw={600}>
          {type}
        </LinkText>
      </Table.Td>
      <Table.Td visibleFrom="sm">
        <Text size="xs">{interactions.join(', ')}</Text>
      </Table.Td>
      <Table.Td>{formatNumber(parameters.length)}</Table.Td>
    </Table.Tr>
  );
}

interface Listed extends OperationEntry {
  path: string;
}

function Operations({ capability, base }: { capability: Capability; base: string }): ReactElement {
  const { t } = useTranslation('explore');
  const all: Listed[] = [
    ...capability.operations.map((one) => ({ ...one, path: `$${one.name}` })),
    ...capability.types.flatMap(({ type, operations }) =>
      operations.map((one) => ({ ...one, path: `${type}/$${one.name}` })),
    ),
  ];
  return (
    <section>
      <Title order={2} size="h4" mb="xs">
        {t('operations')}
      </Title>
      {all.length === 0 ? <Text c="dimmed">{t('no-operations')}</Text> : null}
      <ul className={classes['items']}>
        {all.map(({ path, documentation, definition }) => (
          <li key={path}>
            <Group gap="sm">
              <Code>{path}</Code>
              <LinkButton
                to="/explore/$"
                params={{ _splat: 'console' }}
                search={{ ...atOf(base), path }}
                size="compact-xs"
                variant="default"
                aria-label={t('try-operation', { name: path })}
              >
                {t('try')}
              </LinkButton>
              <Text size="sm" c="dimmed" dir="auto">
                {documentation ?? definition}
              </Text>
            </Group>
          </li>
        ))}
      </ul>
    </section>
  );
}
