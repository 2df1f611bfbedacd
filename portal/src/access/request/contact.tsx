/** For servers that take no requests over FHIR: whom to write to. */
import { Anchor, List, Text } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Empty } from '../../part/empty.tsx';
import { LinkButton } from '../../part/link.tsx';
import type { Json } from '../../server/fhir.ts';
import type { AskedDataSet } from './asked-data-set.ts';

interface Way {
  readonly name: string;
  readonly system: string;
  readonly value: string;
}

/** ContactDetail and ContactPoint of the record. https://hl7.org/fhir/R4B/metadatatypes.html#ContactDetail */
function waysOf(record: Json): Way[] {
  const listOf = (value: unknown): Json[] => (Array.isArray(value) ? (value as Json[]) : []);
  const details = ['contact', 'author', 'editor'].flatMap((name) => listOf(record[name]));
  return details.flatMap((detail) =>
    listOf(detail['telecom']).map(({ system, value }) => ({
      name: String(detail['name'] ?? ''),
      system: String(system ?? ''),
      value: String(value ?? ''),
    })),
  );
}

function addressOf({ system, value }: Way): string | undefined {
  if (system === 'email') return `mailto:${value}`;
  if (system === 'phone') return `tel:${value}`;
  return /^https?:\/\//.test(value) ? value : undefined;
}

export function Contact({ asked }: { asked: AskedDataSet }): ReactElement {
  const { t } = useTranslation('access');
  const ways = waysOf(asked.record);
  const publisher = asked.stated.publisher;
  return (
    <>
      <Empty title={asked.title.slice(0, 300)} text={t('takes-no-requests', { server: asked.base })}>
        <LinkButton to="/access" variant="default">
          {t('choose-another')}
        </LinkButton>
      </Empty>
      {publisher === undefined ? null : (
        <Text>
          {t('publisher')}: <span dir="auto">{publisher.slice(0, 300)}</span>
        </Text>
      )}
      {ways.length === 0 ? (
        <Text>{t('no-contact')}</Text>
      ) : (
        <List>
          {ways.map((way) => (
            <List.Item key={`${way.name} ${way.value}`}>
              <span dir="auto">{way.name}</span>{' '}
              {addressOf(way) === undefined ? way.value : <Anchor href={addressOf(way)!}>{way.value}</Anchor>}
            </List.Item>
          ))}
        </List>
      )}
    </>
  );
}
