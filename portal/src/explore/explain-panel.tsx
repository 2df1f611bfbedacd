/** How the server understands the search, what it costs and what would make it cheaper. See docs/adr/0033-explaining-searches.md */
import { Badge, Button, Code, Group, Paper, Stack, Table, Text, Title } from '@mantine/core';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '../part/format.ts';
import { Loading } from '../part/loading.tsx';
import { Scrolled } from '../part/scrolled.tsx';
import type { Capability } from './capability.ts';
import { type ExplainedPart, type Explanation, type Plan, type PlanNode, readExplanation } from './explanation.ts';
import classes from './explore.module.css';
import { useResource } from './fetch-text.ts';
import { LongText } from './long-text.tsx';
import type { Handling } from './search-form.tsx';
import { Trouble } from './trouble.tsx';

export function ExplainPanel({
  base,
  url,
  handling,
  capability,
}: {
  base: string;
  url: string;
  handling: Handling;
  capability: Capability | undefined;
}): ReactElement {
  const { t } = useTranslation('explore');
  const [isOpen, setOpen] = useState(false);
  const isOffered = capability?.operations.some(({ name }) => name === 'explain-search') === true;
  return (
    <section aria-label={t('explanation')}>
      <Button variant="default" size="compact-sm" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {isOpen ? t('explain-hide') : t('explain')}
      </Button>
      {isOpen ? (
        <Paper withBorder p="md" mt="xs">
          {isOffered ? (
            <Explained base={base} url={url} handling={handling} />
          ) : (
            <Text>{t('explain-not-offered')}</Text>
          )}
        </Paper>
      ) : null}
    </section>
  );
}

function Explained({ base, url, handling }: { base: string; url: string; handling: Handling }): ReactElement {
  const path = `$explain-search?url=${encodeURIComponent(url)}`;
  const headers = handling === '' ? undefined : { prefer: `handling=${handling}` };
  const { data, error, refetch } = useResource(base, path, headers);
  if (error !== null) return <Trouble error={error} retry={() => void refetch()} />;
  if (data === undefined) return <Loading lines={4} />;
  return <Shown explanation={readExplanation(data.resource)} />;
}

const colours: Readonly<Record<string, string>> = { low: 'teal', medium: 'yellow', high: 'red' };
const levels: Readonly<Record<string, string>> = { low: '1/3', medium: '2/3', high: '3/3' };

function Shown({ explanation }: { explanation: Explanation }): ReactElement {
  const { t } = useTranslation('explore');
  const { parts, conditions, band, reasons, hints, plans } = explanation;
  return (
    <Stack gap="md">
      <Group gap="xs">
        <Text fw={600}>{t('cost')}</Text>
        <Badge
          variant="default"
          tt="none"
          color={colours[band] ?? 'gray'}
          leftSection={<span aria-hidden="true">{levels[band]}</span>}
        >
          {t(`band-${band}`)}
        </Badge>
        <Text size="sm">{reasons.map((one) => t(`reason-${one}`)).join(' ')}</Text>
      </Group>
      <Text size="sm" c="dimmed">
        {t('band-means')}
      </Text>
      <ul className={classes['items']}>
        {parts.map((one) => (
          <PartLine key={`${one.role} ${one.name} ${one.value}`} part={one} />
        ))}
      </ul>
      {conditions.length === 0 ? null : <Lines title={t('conditions-of-asker')} lines={conditions} />}
      {hints.length === 0 ? null : (
        <Lines
          title={t('hints')}
          lines={hints.map(({ code, about, text }) => {
            const said = t(`hint-${code}`, { defaultValue: text });
            return about === undefined ? said : `${about}: ${said}`;
          })}
        />
      )}
      {plans.map((one) => (
        <PlanTable key={one.purpose} plan={one} />
      ))}
    </Stack>
  );
}

function Lines({ title, lines }: { title: string; lines: readonly string[] }): ReactElement {
  return (
    <div>
      <Title order={2} size="h5">
        {title}
      </Title>
      <ul>
        {lines.map((one) => (
          <li key={one} dir="auto">
            {one}
          </li>
        ))}
      </ul>
    </div>
  );
}

function PartLine({ part }: { part: ExplainedPart }): ReactElement {
  const { t } = useTranslation('explore');
  const { role, name, value, text, why, access, parameters, steps } = part;
  return (
    <li>
      <Group gap="xs">
        <Code>{`${name}=${value}`.slice(0, 300)}</Code>
        <Badge variant="default" tt="none" size="sm">
          {t(`role-${role}`)}
        </Badge>
        {access === undefined ? null : <Text size="sm">{t(`access-${access}`)}</Text>}
      </Group>
      {text === undefined ? null : <LongText text={text} most={400} />}
      {why === undefined ? null : <Text size="sm">{why}</Text>}
      {steps.map((one) => (
        <Text key={one} size="sm" c="dimmed">
          {one.slice(0, 200)}
        </Text>
      ))}
      {parameters.slice(0, 4).map((one) => (
        <Text key={one.name} size="xs" c="dimmed">
          {one.name} ({one.kind}){one.expression === undefined ? '' : ` = ${one.expression}`}
        </Text>
      ))}
      {parameters.length > 4 ? <Text size="xs">{t('more-parameters', { count: parameters.length - 4 })}</Text> : null}
    </li>
  );
}

interface Row extends PlanNode {
  depth: number;
  /** its place in the plan */
  at: string;
}

const rowsOf = (node: PlanNode, depth = 0, at = '0'): Row[] => [
  { ...node, depth, at },
  ...node.steps.flatMap((one, index) => rowsOf(one, depth + 1, `${at}.${index}`)),
];

function PlanTable({ plan: { purpose, milliseconds, root } }: { plan: Plan }): ReactElement {
  const { t } = useTranslation('explore');
  const number = (text: string): string => formatNumber(Number(text), { maximumFractionDigits: 0 });
  return (
    <div>
      <Title order={2} size="h5">
        {t(`plan-${purpose}`)}
        {milliseconds === undefined ? '' : ` · ${number(milliseconds)} ms`}
      </Title>
      <Scrolled label={t(`plan-${purpose}`)}>
        <Table className={classes['table']}>
          <Table.Thead>
            <Table.Tr>
              {['plan-step', 'plan-on', 'plan-rows', 'plan-cost'].map((one) => (
                <Table.Th key={one} scope="col">
                  {t(one)}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rowsOf(root).map(({ at, depth, operation, on, rows, cost }) => (
              <Table.Tr key={at}>
                <Table.Td>
                  {'· '.repeat(depth)}
                  {operation}
                </Table.Td>
                <Table.Td>{on}</Table.Td>
                <Table.Td>{number(rows)}</Table.Td>
                <Table.Td>{number(cost)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Scrolled>
    </div>
  );
}
