/** Resources as rows: id as a link, and the columns that say most of them. */
import { Table } from '@mantine/core';
import { type ReactElement, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { LinkText } from '../part/link.tsx';
import { Scrolled } from '../part/scrolled.tsx';
import { brief } from './brief.ts';
import { columnsOf } from './columns.ts';
import classes from './explore.module.css';
import { atOf } from './place.ts';
import { ReferenceLink } from './reference-link.tsx';
import { labelOf } from './shape.ts';
import { isObject, textOf, type Value, type ValueObject } from './value.ts';

/** A cell says no more than this; the resource's own page says all. */
const longest = 160;

export function ResultTable({
  resources,
  base,
  label,
  withType = false,
}: {
  resources: readonly ValueObject[];
  base: string;
  label: string;
  withType?: boolean;
}): ReactElement {
  const { t } = useTranslation('explore');
  const columns = useMemo(() => columnsOf(resources), [resources]);
  return (
    <Scrolled label={label}>
      <Table className={classes['table']} striped>
        <Table.Thead>
          <Table.Tr>
            {withType ? <Table.Th scope="col">{t('type')}</Table.Th> : null}
            <Table.Th scope="col">{t('id')}</Table.Th>
            {columns.map(({ name }) => (
              <Table.Th key={name} scope="col">
                {labelOf(name)}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {resources.map((one, at) => {
            const [type, id] = [textOf(one['resourceType']) ?? '', textOf(one['id'])];
            return (
              <Table.Tr key={`${type}/${id ?? at}`}>
                {withType ? <Table.Td>{type}</Table.Td> : null}
                <Table.Td>
                  {id === undefined ? (
                    t('no-id')
                  ) : (
                    <LinkText to="/explore/$" params={{ _splat: `${type}/${id}` }} search={atOf(base)}>
                      {id}
                    </LinkText>
                  )}
                </Table.Td>
                {columns.map(({ name, of }) => (
                  <Table.Td key={name}>
                    <Cell member={of(one)} base={base} />
                  </Table.Td>
                ))}
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </Scrolled>
  );
}

function Cell({ member, base }: { member: readonly [string, Value] | undefined; base: string }): ReactElement | null {
  if (member === undefined) return null;
  const [name, value] = member;
  const text = brief(value, name);
  const shown = text.length > longest ? `${text.slice(0, longest)}…` : text;
  const reference = isObject(value) ? textOf(value['reference']) : undefined;
  if (reference !== undefined) return <ReferenceLink reference={reference} base={base} text={shown} />;
  return <span dir="auto">{shown}</span>;
}
