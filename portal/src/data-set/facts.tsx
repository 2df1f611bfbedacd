/** The data set at a glance: how many, when, where, what, by whom. */
import { Anchor, Badge, Group, Text } from '@mantine/core';
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { DataSetDescription } from '../../../src/fair/landing/index.ts';
import { formatDate, formatList, formatNumber, nameOfCode } from '../part/format.ts';
import classes from './facts.module.css';
import { Section } from './section.tsx';

export function Facts({ one }: { one: DataSetDescription }): ReactElement | null {
  const { t } = useTranslation('data-set');
  const { period, places, types, authors, contacts, keywords, language, recordDate, content } = one;
  const facts: readonly (readonly [name: string, value: ReactNode])[] = [
    ['patients', content === undefined ? undefined : <Patients key="patients" content={content} />],
    ['period', period === undefined ? undefined : <Period key="period" period={period} />],
    ['where', places.length === 0 ? undefined : formatList(places.map(({ code, name }) => placeName(code, name)))],
    ['types', types.length === 0 ? undefined : <Badges key="types" texts={types} />],
    ['authors', authors.length === 0 ? undefined : <Parties key="authors" parties={authors} />],
    ['contact', contacts.length === 0 ? undefined : <Parties key="contact" parties={contacts} />],
    ['keywords', keywords.length === 0 ? undefined : <Badges key="keywords" texts={keywords} />],
    ['language', language === undefined ? undefined : languageName(language)],
    ['changed', recordDate === undefined ? undefined : formatDate(recordDate)],
  ];
  const shown = facts.filter(([, value]) => value !== undefined);
  if (shown.length === 0) return null;
  return (
    <Section title={t('at-a-glance')} framed>
      <dl className={classes['facts']}>
        {shown.map(([name, value]) => (
          <div key={name}>
            <dt>{t(name)}</dt>
            <dd dir="auto">{value}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}

function Patients({ content }: { content: NonNullable<DataSetDescription['content']> }): ReactElement {
  const { t } = useTranslation('data-set');
  const { patients, rounding = 1, isCounted } = content;
  if (!isCounted || patients === undefined) return <Text>{t('patients-not-told')}</Text>;
  const shown = formatNumber(patients);
  return (
    <Text fw={700} size="lg">
      {rounding > 1 ? t('about-patients', { shown }) : shown}
    </Text>
  );
}

function Period({ period: { start, end } }: { period: { start?: string; end?: string } }): ReactElement {
  const { t } = useTranslation('data-set');
  if (start === undefined) return <>{t('until', { end: formatDate(end ?? '') })}</>;
  if (end === undefined) return <>{t('from', { start: formatDate(start) })}</>;
  return <>{start === end ? formatDate(start) : `${formatDate(start)} – ${formatDate(end)}`}</>;
}

function Badges({ texts }: { texts: readonly string[] }): ReactElement {
  return (
    <Group gap={4}>
      {texts.map((text) => (
        <Badge key={text} variant="default" tt="none">
          {text}
        </Badge>
      ))}
    </Group>
  );
}

function Parties({ parties }: { parties: DataSetDescription['authors'] }): ReactElement {
  return (
    <>
      {parties.map(({ name, url }) => (
        <Text key={`${name} ${url}`} dir="auto">
          {url === undefined ? name : <Anchor href={url}>{name}</Anchor>}
        </Text>
      ))}
    </>
  );
}

/** Countries in the reader's language; regions as the record has them. */
function placeName(code: string, name: string): string {
  return /^[A-Z]{2}$/.test(code) ? (nameOfCode('region', code) ?? name) : name;
}

const languageName = (code: string): string => nameOfCode('language', code) ?? code;
