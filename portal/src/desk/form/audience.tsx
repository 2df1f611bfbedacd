/** What may be asked of those who want the data: who they are, what for, where, and who decides. See docs/guides/conditions.md */
import { Select, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { type ReactElement, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { JsonObject } from '../../../../src/fhir/json.ts';
import { useWords } from '../../part/words.ts';
import { audience, type Visa } from '../record/conditions.ts';
import { countries } from './country.ts';
import { ChoicesField, TextsField, useFieldWords } from './field.tsx';
import { Rows } from './rows.tsx';
import { purposes, purposeText, visaGivers, visaText, visaTypes } from './words.ts';

const noVisa: Visa = { type: 'ResearcherStatus', value: '', by: '' };

/** `holder` is the record, or one level of it: both carry the same extensions. */
export function AudienceFields({
  holder,
  change,
}: {
  holder: JsonObject;
  change(holder: JsonObject): void;
}): ReactElement {
  const { t } = useTranslation('desk');
  const words = useWords();
  const choices = useMemo(countries, []);
  return (
    <Stack>
      <ChoicesField
        name="purposes"
        value={audience.purposes.read(holder)}
        change={(value) => change(audience.purposes.write(holder, value))}
        choices={purposes.map((value) => ({ value, label: purposeText(value, words) }))}
      />
      <Rows
        name="visas"
        value={audience.visas.read(holder)}
        change={(value) => change(audience.visas.write(holder, value))}
        blank={noVisa}
        isWhole={() => true}
        show={({ type, value, by }) =>
          [visaText(type, words), value, by === '' ? '' : t('visa-by', { by })].filter((one) => one !== '').join(', ')
        }
        edit={(one, set) => <VisaFields visa={one} set={set} />}
      />
      <TextsField
        name="terms"
        value={audience.terms.read(holder)}
        change={(value) => change(audience.terms.write(holder, value))}
      />
      <ChoicesField
        name="recipientCountries"
        value={audience.countries.read(holder)}
        change={(value) => change(audience.countries.write(holder, value))}
        choices={choices}
      />
      <TextsField
        name="recipients"
        value={audience.recipients.read(holder)}
        change={(value) => change(audience.recipients.write(holder, value))}
      />
      <CommitteeFields holder={holder} change={change} />
    </Stack>
  );
}

function VisaFields({ visa, set }: { visa: Visa; set(visa: Visa): void }): ReactElement {
  const { t } = useTranslation('desk');
  const words = useWords();
  return (
    <SimpleGrid cols={{ base: 1, sm: 3 }}>
      <Select
        label={t('visa-type')}
        data={visaTypes.map((value) => ({ value, label: visaText(value, words) }))}
        value={visa.type}
        allowDeselect={false}
        onChange={(type) => set({ ...visa, type: type ?? visa.type })}
      />
      <TextInput
        label={t('visa-value')}
        value={visa.value}
        onChange={(event) => set({ ...visa, value: event.currentTarget.value.trim() })}
      />
      <Select
        label={t('visa-giver')}
        data={visaGivers.map((value) => ({ value, label: t(`visa-giver-${value}`) }))}
        value={visa.by === '' ? null : visa.by}
        clearable
        placeholder={t('anyone')}
        onChange={(by) => set({ ...visa, by: by ?? '' })}
      />
    </SimpleGrid>
  );
}

function CommitteeFields({ holder, change }: { holder: JsonObject; change(holder: JsonObject): void }): ReactElement {
  const words = useFieldWords('committee');
  const name = useFieldWords('committeeName');
  const stated = audience.committee.read(holder);
  const set = (reference: string, display: string): void =>
    change(audience.committee.write(holder, reference === '' ? undefined : { reference, display }));
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }}>
      <TextInput
        {...words}
        value={stated?.reference ?? ''}
        onChange={(event) => set(event.currentTarget.value.trim(), stated?.display ?? '')}
      />
      <TextInput
        {...name}
        value={stated?.display ?? ''}
        disabled={stated === undefined}
        onChange={(event) => set(stated?.reference ?? '', event.currentTarget.value)}
      />
    </SimpleGrid>
  );
}
