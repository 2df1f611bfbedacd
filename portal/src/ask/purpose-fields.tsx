/** What the data are for: told to the servers where one is logged in, and to no other. See docs/reference/terms.md */
import { Fieldset, Group, MultiSelect, TextInput } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Asked } from '../../../src/federation/client/index.ts';
import { canonical } from '../../../src/fhir/canonical.ts';
import { commonPurposes, purposeChoices } from '../part/purpose.ts';
import { useWords } from '../part/words.ts';

const purposes = [...commonPurposes, 'PRECLINTRCH'] as const;

export function PurposeFields({
  stated,
  onChange,
}: {
  stated: Asked;
  onChange: (stated: Asked) => void;
}): ReactElement {
  const { t } = useTranslation('ask');
  const words = useWords();
  return (
    <Fieldset legend={t('purpose.title')}>
      <Group gap="sm" align="flex-start">
        <MultiSelect
          label={t('purpose.purposes')}
          description={t('purpose.hint')}
          miw={260}
          value={[...(stated.purposes ?? [])]}
          onChange={(chosen) => onChange({ ...stated, purposes: chosen })}
          data={purposeChoices(purposes, words, (code) => `${canonical.actReason}|${code}`)}
          clearable
          clearButtonProps={{ 'aria-label': t('purpose.clear') }}
        />
        <TextInput
          label={t('purpose.project')}
          description={t('purpose.project-hint')}
          maxLength={200}
          value={stated.project ?? ''}
          onChange={({ currentTarget }) => {
            const project = currentTarget.value.replace(/[^\x21-\x7e]/g, '');
            const { project: _, ...rest } = stated;
            onChange(project === '' ? rest : { ...rest, project });
          }}
        />
      </Group>
    </Fieldset>
  );
}
