/** The datatypes of FHIR as people read them. https://hl7.org/fhir/R4B/datatypes.html */
import { Anchor, Badge, Code, Group, Stack, Text } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes, formatDate } from '../part/format.ts';
import { addressText, brief, humanName, isDateText, numberText, quantity } from './brief.ts';
import { LongText } from './long-text.tsx';
import { CanonicalLink, ReferenceLink } from './reference-link.tsx';
import { isCanonicalName, type Shape } from './shape.ts';
import { isObject, listOf, NumberText, objectsOf, textOf, type Value, type ValueObject } from './value.ts';

interface Shown {
  value: ValueObject;
  base: string;
}

export function Primitive({ value, name, base }: { value: Value; name: string; base: string }): ReactElement {
  const { t } = useTranslation('explore');
  if (value instanceof NumberText) return <span title={value.text}>{numberText(value)}</span>;
  if (typeof value === 'boolean') return <>{value ? t('yes') : t('no')}</>;
  if (typeof value !== 'string')
    return (
      <Text component="span" c="dimmed">
        {t('absent')}
      </Text>
    );
  if (isDateText(value)) {
    return (
      <time dateTime={value} title={value}>
        {formatDate(value)}
      </time>
    );
  }
  if (isCanonicalName(name)) return <CanonicalLink canonical={value} base={base} />;
  if (name === 'reference') return <ReferenceLink reference={value} base={base} />;
  if (/^https?:\/\/\S+$/.test(value)) {
    return (
      <Anchor href={value} rel="noopener noreferrer nofollow" target="_blank">
        {value.length > 300 ? `${value.slice(0, 300)}…` : value}
      </Anchor>
    );
  }
  return <LongText text={value} pre={value.includes('\n')} />;
}

function CodingText({ value }: Shown): ReactElement {
  const [system, code, display] = ['system', 'code', 'display'].map((name) => textOf(value[name]));
  return (
    <Group gap={6} wrap="wrap" component="span" display="inline-flex">
      {display === undefined ? null : <LongText text={display} />}
      {code === undefined ? null : <Code>{code}</Code>}
      {system === undefined ? null : (
        <Text component="span" size="xs" c="dimmed">
          {system}
        </Text>
      )}
    </Group>
  );
}

function Concept({ value, base }: Shown): ReactElement {
  const text = textOf(value['text']);
  const codings = objectsOf(value['coding']);
  return (
    <Stack gap={2}>
      {text === undefined || codings.some((one) => one['display'] === text) ? null : <LongText text={text} />}
      {codings.map((one) => (
        <CodingText
          key={`${textOf(one['system'])}|${textOf(one['code'])}|${textOf(one['display'])}`}
          value={one}
          base={base}
        />
      ))}
    </Stack>
  );
}

function Use({ value }: { value: ValueObject }): ReactElement | null {
  const use = textOf(value['use']) ?? textOf(value['comparator']);
  return use === undefined ? null : (
    <Badge variant="default" size="sm" tt="none">
      {use}
    </Badge>
  );
}

function IdentifierText({ value, base }: Shown): ReactElement {
  const system = textOf(value['system']);
  return (
    <Group gap={6} wrap="wrap">
      <Code>{textOf(value['value'])}</Code>
      {isObject(value['type']) ? (
        <Text component="span" size="sm">
          {brief(value['type'])}
        </Text>
      ) : null}
      <Use value={value} />
      {system === undefined ? null : (
        <Text component="span" size="xs" c="dimmed">
          {system}
        </Text>
      )}
      {isObject(value['assigner']) ? <ReferenceText value={value['assigner']} base={base} /> : null}
    </Group>
  );
}

function ReferenceText({ value, base }: Shown): ReactElement {
  const reference = textOf(value['reference']);
  const display = textOf(value['display']);
  const { identifier } = value;
  return (
    <Group gap={6} wrap="wrap" component="span" display="inline-flex">
      {reference === undefined ? (
        display === undefined ? null : (
          <LongText text={display} />
        )
      ) : (
        <ReferenceLink reference={reference} base={base} {...(display === undefined ? {} : { text: display })} />
      )}
      {display === undefined || reference === undefined ? null : <Code>{reference}</Code>}
      {isObject(identifier) ? <IdentifierText value={identifier} base={base} /> : null}
    </Group>
  );
}

function AttachmentText({ value, base }: Shown): ReactElement {
  const { t } = useTranslation('explore');
  const [title, url, type, data, size] = ['title', 'url', 'contentType', 'data', 'size'].map((name) =>
    textOf(value[name]),
  );
  return (
    <Group gap={6} wrap="wrap">
      {title === undefined ? null : <LongText text={title} />}
      {url === undefined ? null : <ReferenceLink reference={url} base={base} />}
      {type === undefined ? null : <Code>{type}</Code>}
      {size === undefined ? null : (
        <Text component="span" size="sm">
          {formatBytes(Number(size))}
        </Text>
      )}
      {data === undefined ? null : (
        <Text component="span" size="sm" c="dimmed">
          {t('data-inside', { size: formatBytes(Math.floor((data.length * 3) / 4)) })}
        </Text>
      )}
    </Group>
  );
}

function PeriodText({ value }: Shown): ReactElement {
  const { t } = useTranslation('explore');
  const [start, end] = ['start', 'end'].map((name) => textOf(value[name]));
  const time = (text: string) => (
    <time dateTime={text} title={text}>
      {formatDate(text)}
    </time>
  );
  return (
    <span>
      {start === undefined ? t('open-start') : time(start)} – {end === undefined ? t('open-end') : time(end)}
    </span>
  );
}

function NameText({ value }: Shown): ReactElement {
  return (
    <Group gap={6}>
      <LongText text={humanName(value)} />
      <Use value={value} />
    </Group>
  );
}

function AddressLines({ value }: Shown): ReactElement {
  return (
    <Group gap={6}>
      <LongText text={addressText(value)} />
      <Use value={value} />
    </Group>
  );
}

function Contact({ value }: Shown): ReactElement {
  return (
    <Group gap={6}>
      <LongText text={textOf(value['value']) ?? ''} />
      <Badge variant="default" size="sm" tt="none">
        {listOf(value['system']).map(textOf).join('')}
      </Badge>
      <Use value={value} />
    </Group>
  );
}

function AnnotationText({ value, base }: Shown): ReactElement {
  const { authorReference } = value;
  return (
    <Stack gap={2}>
      <LongText text={textOf(value['text']) ?? ''} pre />
      <Group gap={6}>
        <Text component="span" size="xs" c="dimmed">
          {brief(value['time'])} {textOf(value['authorString'])}
        </Text>
        {isObject(authorReference) ? <ReferenceText value={authorReference} base={base} /> : null}
      </Group>
    </Stack>
  );
}

function QuantityText({ value }: Shown): ReactElement {
  const code = textOf(value['code']);
  return <span title={code}>{quantity(value)}</span>;
}

function CodeableReferenceText({ value, base }: Shown): ReactElement {
  const { concept, reference } = value;
  return (
    <Stack gap={2}>
      {isObject(concept) ? <Concept value={concept} base={base} /> : null}
      {isObject(reference) ? <ReferenceText value={reference} base={base} /> : null}
    </Stack>
  );
}

const Brief = ({ value }: Shown): ReactElement => <LongText text={brief(value)} />;

/** Shapes without an entry are shown by their elements. */
export const displays: Partial<Record<Shape, (shown: Shown) => ReactElement>> = {
  CodeableConcept: Concept,
  Coding: CodingText,
  Quantity: QuantityText,
  Money: Brief,
  Range: Brief,
  Ratio: Brief,
  Period: PeriodText,
  Identifier: IdentifierText,
  ContactPoint: Contact,
  HumanName: NameText,
  Address: AddressLines,
  Reference: ReferenceText,
  CodeableReference: CodeableReferenceText,
  Attachment: AttachmentText,
  Annotation: AnnotationText,
};
