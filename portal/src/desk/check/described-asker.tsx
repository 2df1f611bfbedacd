/** Someone whom the steward has in mind: described, and then decided on as the others are. See docs/adr/0034-previewing-conditions.md */
import { Accordion, Checkbox, Select, SimpleGrid, Stack, TagsInput, Text, TextInput } from '@mantine/core';
import { type ReactElement, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { canonical } from '../../../../src/fhir/canonical.ts';
import type { JsonObject } from '../../../../src/fhir/json.ts';
import { Problem } from '../../part/problem.tsx';
import { useWords } from '../../part/words.ts';
import { countries } from '../form/country.ts';
import { purposes, purposeText } from '../form/words.ts';
import { usePreview } from '../record/preview.ts';
import { AskerCard } from './asker-card.tsx';

interface Described {
  purpose: string;
  research: string;
  disease: string;
  isCommercial: boolean;
  isForProfit: boolean;
  isRegistered: boolean;
  country: string;
  affiliations: readonly string[];
  terms: readonly string[];
}

const nobody: Described = {
  purpose: '',
  research: '',
  disease: '',
  isCommercial: false,
  isForProfit: false,
  isRegistered: false,
  country: '',
  affiliations: [],
  terms: [],
};

const kinds = ['general', 'health', 'disease', 'genetic', 'methods', 'ancestry', 'clinical-care'] as const;

/** As `$explain` and `$preview-conditions` take an asker. */
function askerOf(one: Described): string {
  const { purpose, research, disease, country, affiliations, terms } = one;
  return JSON.stringify({
    subject: { kind: 'person', issuer: 'urn:fairway:preview', id: 'described' },
    ...(purpose === '' ? {} : { purposes: [`${canonical.actReason}|${purpose}`] }),
    ...(research === '' && disease === ''
      ? {}
      : {
          research: {
            kinds: research === '' ? [] : [research],
            diseases: disease === '' ? [] : [disease],
            commercial: one.isCommercial,
          },
        }),
    forProfit: one.isForProfit,
    ...(country === '' ? {} : { country }),
    ...(affiliations.length === 0 ? {} : { affiliations }),
    ...(terms.length === 0 ? {} : { acceptedTerms: terms }),
    ...(one.isRegistered
      ? { visas: [{ type: 'ResearcherStatus', value: 'urn:fairway:preview', source: 'urn:fairway:preview', by: 'so' }] }
      : {}),
  });
}

const none: readonly string[] = [];

export function DescribedAsker({ record }: { record: JsonObject }): ReactElement {
  const { t } = useTranslation('desk');
  return (
    <Accordion variant="contained">
      <Accordion.Item value="described">
        <Accordion.Control>{t('describe-asker')}</Accordion.Control>
        <Accordion.Panel>
          <DescribedFields record={record} />
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  );
}

function DescribedFields({ record }: { record: JsonObject }): ReactElement {
  const { t } = useTranslation('desk');
  const words = useWords();
  const [one, setOne] = useState(nobody);
  const set = (more: Partial<Described>): void => setOne({ ...one, ...more });
  const choices = useMemo(countries, []);
  const { data, error } = usePreview(record, none, askerOf(one));
  return (
    <Stack>
      <Text size="sm">{t('describe-asker-text')}</Text>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <Select
          label={t('their-purpose')}
          data={purposes.map((value) => ({ value, label: purposeText(value, words) }))}
          value={one.purpose === '' ? null : one.purpose}
          clearable
          onChange={(value) => set({ purpose: value ?? '' })}
        />
        <Select
          label={t('their-research')}
          data={kinds.map((value) => ({ value, label: t(`research.${value}`) }))}
          value={one.research === '' ? null : one.research}
          clearable
          onChange={(value) => set({ research: value ?? '' })}
        />
        <TextInput
          label={t('their-disease')}
          description={t('their-disease-example')}
          value={one.disease}
          onChange={(event) => set({ disease: event.currentTarget.value.trim() })}
        />
        <Select
          label={t('their-country')}
          data={choices}
          value={one.country === '' ? null : one.country}
          searchable
          clearable
          onChange={(value) => set({ country: value ?? '' })}
        />
        <TagsInput
          label={t('their-affiliations')}
          description={t('add-by-enter')}
          value={[...one.affiliations]}
          onChange={(affiliations) => set({ affiliations })}
        />
        <TagsInput
          label={t('their-terms')}
          description={t('add-by-enter')}
          value={[...one.terms]}
          onChange={(terms) => set({ terms })}
        />
      </SimpleGrid>
      {(['isRegistered', 'isCommercial', 'isForProfit'] as const).map((name) => (
        <Checkbox
          key={name}
          label={t(`their-${name}`)}
          checked={one[name]}
          onChange={(event) => set({ [name]: event.currentTarget.checked })}
        />
      ))}
      {error === null ? null : <Problem error={error} />}
      {data?.askers[0] === undefined ? null : <AskerCard asker={data.askers[0]} />}
    </Stack>
  );
}
