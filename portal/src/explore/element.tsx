/** Elements of a resource in a readable hierarchy, whatever its type: from its own structure. https://hl7.org/fhir/R4B/resource.html */
import { Button, Stack, Text, Title } from '@mantine/core';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '../part/format.ts';
import { Narrative } from '../part/narrative.tsx';
import { displays, Primitive } from './datatype.tsx';
import classes from './explore.module.css';
import { ReferenceLink } from './reference-link.tsx';
import { labelOf, shapeOf } from './shape.ts';
import { isList, isObject, listOf, objectsOf, textOf, type Value, type ValueObject } from './value.ts';

/** Repetitions that are shown at first. */
const mostItems = 25;

/** All members of an object but those that its frame shows. `isTop`: of a resource. */
export function Elements({
  value,
  base,
  without = [],
}: {
  value: ValueObject;
  base: string;
  without?: readonly string[];
}): ReactElement {
  const { t } = useTranslation('explore');
  const names = Object.keys(value).filter((name) => !without.includes(name) && !isAside(name, value));
  if (names.length === 0) return <Text c="dimmed">{t('nothing-stated')}</Text>;
  return (
    <dl className={classes['elements']}>
      {names.map((name) => {
        const own = name.replace(/^_/, '');
        return (
          <div className={classes['element']} key={name}>
            <dt title={own}>{labelOf(own)}</dt>
            <dd>
              <Content value={value[name]!} name={own} base={base} />
              {name === own ? <Aside value={value[`_${own}`]} base={base} /> : null}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

/** `_birthDate` stands beside `birthDate` where there is one. */
const isAside = (name: string, value: ValueObject): boolean => name.startsWith('_') && name.slice(1) in value;

function Content({ value, name, base }: { value: Value; name: string; base: string }): ReactElement {
  if (isList(value)) return <Items values={value} name={name} base={base} />;
  if (isObject(value)) return <ObjectContent value={value} name={name} base={base} />;
  return <Primitive value={value} name={name} base={base} />;
}

function Items({ values, name, base }: { values: readonly Value[]; name: string; base: string }): ReactElement {
  const { t } = useTranslation('explore');
  const [most, setMost] = useState(mostItems);
  const [only] = values;
  if (only !== undefined && values.length === 1) return <Content value={only} name={name} base={base} />;
  return (
    <Stack gap="xs">
      <ul className={classes['items']}>
        {values.slice(0, most).map((one, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: repetitions of a resource have no keys and never move
          <li key={at}>
            <Content value={one} name={name} base={base} />
          </li>
        ))}
      </ul>
      {values.length > most ? (
        <div>
          <Button variant="default" size="compact-sm" onClick={() => setMost(most * 10)}>
            {t('show-more', { shown: formatNumber(most), all: formatNumber(values.length) })}
          </Button>
        </div>
      ) : null}
    </Stack>
  );
}

function ObjectContent({ value, name, base }: { value: ValueObject; name: string; base: string }): ReactElement {
  const shape = shapeOf(value, name);
  if (shape === 'Narrative') return <Narrative xhtml={textOf(value['div']) ?? ''} />;
  if (shape === 'Extension') return <ExtensionContent value={value} base={base} />;
  if (shape === 'Resource') return <InnerResource value={value} base={base} />;
  const Display = displays[shape];
  if (Display === undefined) {
    return (
      <div className={classes['nested']}>
        <Elements value={value} base={base} />
      </div>
    );
  }
  return (
    <>
      <Display value={value} base={base} />
      <Aside value={value} base={base} />
    </>
  );
}

/** Extensions of what is shown otherwise, of primitives too. */
function Aside({ value, base }: { value: Value | undefined; base: string }): ReactElement | null {
  const extensions = listOf(value).flatMap((one) => (isObject(one) ? objectsOf(one['extension']) : []));
  if (extensions.length === 0) return null;
  return (
    <div className={classes['nested']}>
      <Items values={extensions} name="extension" base={base} />
    </div>
  );
}

function ExtensionContent({ value, base }: { value: ValueObject; base: string }): ReactElement {
  const url = textOf(value['url']) ?? '';
  return (
    <Stack gap={2}>
      <Text size="sm" fw={600} title={url}>
        {labelOf(url.split(/[/#:]/).at(-1)?.replaceAll('-', ' ') ?? url)}
      </Text>
      <div className={classes['nested']}>
        <Stack gap={2}>
          {Object.entries(value)
            .filter(([name]) => name !== 'url' && name !== 'id' && !name.startsWith('_'))
            .map(([name, one]) => (
              <Content key={name} value={one} name={name} base={base} />
            ))}
        </Stack>
      </div>
      <Text size="xs" c="dimmed">
        {url}
      </Text>
    </Stack>
  );
}

/** A contained resource, or one in a Bundle or Parameters: where it is on the server, a link to it. */
function InnerResource({ value, base }: { value: ValueObject; base: string }): ReactElement {
  const [type, id] = [textOf(value['resourceType']) ?? '', textOf(value['id'])];
  return (
    <section id={id === undefined ? undefined : `contained-${id}`} className={classes['nested']}>
      <Text fw={600}>
        {type} {id === undefined ? null : <ReferenceLink reference={`${type}/${id}`} base={base} text={id} />}
      </Text>
      <Elements value={value} base={base} without={['resourceType', 'id']} />
    </section>
  );
}

/** What stands inside a resource: no addresses of their own, so that references by # lead here. */
export function Contained({
  resources,
  base,
}: {
  resources: readonly ValueObject[];
  base: string;
}): ReactElement | null {
  const { t } = useTranslation('explore');
  if (resources.length === 0) return null;
  return (
    <section>
      <Title order={2} size="h4" mt="lg">
        {t('contained')}
      </Title>
      {resources.map((one, at) => (
        <section
          // biome-ignore lint/suspicious/noArrayIndexKey: contained resources never move
          key={at}
          id={`contained-${textOf(one['id']) ?? at}`}
          tabIndex={-1}
          className={classes['nested']}
        >
          <Title order={3} size="h5" my="xs">
            {textOf(one['resourceType'])} #{textOf(one['id'])}
          </Title>
          <Elements value={one} base={base} without={['resourceType', 'id']} />
        </section>
      ))}
    </section>
  );
}
