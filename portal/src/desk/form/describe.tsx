/** The steps of the guided form that describe a data set. https://hl7.org/fhir/uv/fhir-for-fair/STU1/metadata.html */
import { Select, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { type ReactElement, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { type Contact, type DataAddress, describing, type Identifier, licences, tagOf } from '../record/describe.ts';
import { countries } from './country.ts';
import { useEditing, usePart } from './editing.ts';
import { ChoicesField, TextField, TextsField, useFieldWords } from './field.tsx';
import { Rows } from './rows.tsx';

export function WhatStep(): ReactElement {
  return (
    <Stack>
      <TextField name="title" lens={describing.title} required />
      <TextField name="description" lens={describing.description} lines={4} required />
      <TextField name="purpose" lens={describing.purpose} lines={2} />
      <TextField name="usage" lens={describing.usage} lines={2} />
    </Stack>
  );
}

const noContact: Contact = { name: '', address: '' };

export function WhoStep(): ReactElement {
  const { t } = useTranslation('desk');
  const [contacts, change] = usePart(describing.contacts);
  return (
    <Stack>
      <TextField name="publisher" lens={describing.publisher} required />
      <Rows
        name="contacts"
        value={contacts}
        change={change}
        blank={noContact}
        isWhole={({ name, address }) => name.trim() !== '' && address.trim() !== ''}
        show={({ name, address }) => `${name}, ${address}`}
        edit={(one, set) => (
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <TextInput
              label={t('contact-name')}
              value={one.name}
              onChange={(event) => set({ ...one, name: event.currentTarget.value })}
            />
            <TextInput
              label={t('contact-address')}
              value={one.address}
              onChange={(event) => set({ ...one, address: event.currentTarget.value })}
            />
          </SimpleGrid>
        )}
      />
    </Stack>
  );
}

export function WhereStep(): ReactElement {
  const [stated, change] = usePart(describing.countries);
  const choices = useMemo(countries, []);
  return (
    <Stack>
      <ChoicesField name="countries" value={stated} change={change} choices={choices} />
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <TextField name="start" lens={describing.start} />
        <TextField name="end" lens={describing.end} />
        <TextField name="version" lens={describing.version} />
        <TextField name="date" lens={describing.date} type="date" />
      </SimpleGrid>
    </Stack>
  );
}

const noIdentifier: Identifier = { system: 'urn:ietf:rfc:3986', value: '' };

export function IdentifiersStep(): ReactElement {
  const { t } = useTranslation('desk');
  const [identifiers, change] = usePart(describing.identifiers);
  return (
    <Stack>
      <Rows
        name="identifiers"
        value={identifiers}
        change={change}
        blank={noIdentifier}
        isWhole={({ value }) => value.trim() !== ''}
        show={({ system, value }) => (system === noIdentifier.system || system === '' ? value : `${value} (${system})`)}
        edit={(one, set) => (
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <TextInput
              label={t('identifier-value')}
              value={one.value}
              onChange={(event) => set({ ...one, value: event.currentTarget.value })}
            />
            <TextInput
              label={t('identifier-system')}
              value={one.system}
              onChange={(event) => set({ ...one, system: event.currentTarget.value })}
            />
          </SimpleGrid>
        )}
      />
      <TextField name="url" lens={describing.url} />
    </Stack>
  );
}

/** What people describe most; any other type of the server may be written. */
const types = [
  ...['Patient', 'Condition', 'Observation', 'Procedure', 'Encounter', 'MedicationRequest', 'MedicationStatement'],
  ...[
    'Medication',
    'DiagnosticReport',
    'Specimen',
    'ImagingStudy',
    'Immunization',
    'AllergyIntolerance',
    'FamilyMemberHistory',
  ],
];

const noAddress: DataAddress = { url: '', contentType: '' };

export function DataStep(): ReactElement {
  const { t } = useTranslation('desk');
  const [stated, changeTypes] = usePart(describing.types);
  const [addresses, changeAddresses] = usePart(describing.addresses);
  const [listings, changeListings] = usePart(describing.listings);
  return (
    <Stack>
      <TagField />
      <TextsField name="listings" value={listings} change={changeListings} />
      <Rows
        name="addresses"
        value={addresses}
        change={changeAddresses}
        blank={noAddress}
        isWhole={({ url }) => /^[A-Za-z][A-Za-z0-9+.-]*:|^[A-Z][A-Za-z]+[?/]/.test(url)}
        show={({ url, contentType }) => (contentType === '' ? url : `${url} (${contentType})`)}
        edit={(one, set) => (
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <TextInput
              label={t('address-url')}
              value={one.url}
              onChange={(event) => set({ ...one, url: event.currentTarget.value.trim() })}
            />
            <TextInput
              label={t('address-type')}
              value={one.contentType}
              onChange={(event) => set({ ...one, contentType: event.currentTarget.value.trim() })}
            />
          </SimpleGrid>
        )}
      />
      <TextsField name="types" value={stated} change={changeTypes} data={types} />
    </Stack>
  );
}

/** Whether what is tagged on this server belongs to the data set. */
function TagField(): ReactElement {
  const { t } = useTranslation('desk');
  const { record } = useEditing();
  const [tags, change] = usePart(describing.tags);
  const suggested = tagOf(record);
  const tagWords = useFieldWords('tag');
  const shown = (tags[0] ?? suggested).code;
  return (
    <Stack gap="xs">
      <Select
        {...useFieldWords('tags')}
        data={[
          { value: 'tag', label: t('belongs-tag') },
          { value: 'none', label: t('belongs-none') },
        ]}
        value={tags.length === 0 ? 'none' : 'tag'}
        allowDeselect={false}
        onChange={(value) => change(value === 'tag' ? [suggested] : [])}
      />
      {tags.length === 0 ? null : (
        <TextInput
          {...tagWords}
          value={shown}
          onChange={(event) => {
            const code = event.currentTarget.value.replace(/[^A-Za-z0-9._-]/g, '-');
            if (code !== '') change([{ ...tags[0]!, code }, ...tags.slice(1)]);
          }}
        />
      )}
    </Stack>
  );
}

export function LicenceStep(): ReactElement {
  const { t } = useTranslation('desk');
  const [licence, change] = usePart(describing.licence);
  const [document, changeDocument] = usePart(describing.licenceDocument);
  const known: readonly string[] = licences;
  const all = licence === undefined || known.includes(licence) ? known : [...known, licence];
  const words = useFieldWords('licenceDocument');
  return (
    <Stack>
      <Select
        {...useFieldWords('licence')}
        data={all.map((value) => ({
          value,
          label: `${t(`licence.${value.replaceAll('.', '_')}`, { defaultValue: '' })} ${value}`.trim(),
        }))}
        value={licence ?? null}
        clearable
        searchable
        onChange={(value) => change(value ?? undefined)}
      />
      <TextInput
        {...words}
        value={document ?? ''}
        onChange={(event) => changeDocument(event.currentTarget.value === '' ? undefined : event.currentTarget.value)}
      />
      <TextField name="copyright" lens={describing.copyright} lines={2} />
    </Stack>
  );
}
