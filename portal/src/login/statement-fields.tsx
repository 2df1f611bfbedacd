/** For what one uses data, and for which project: chosen once, sent only to servers where one is logged in. https://terminology.hl7.org/ValueSet-v3-PurposeOfUse.html */
import { Checkbox, Fieldset, Stack, Text, TextInput } from '@mantine/core';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { canonical } from '../../../src/fhir/canonical.ts';
import { commonPurposes, purposeChoices } from '../part/purpose.ts';
import { useWords } from '../part/words.ts';
import { state, useStatement } from '../server/statement.ts';

const purposes = [...commonPurposes, 'PRECLINTRCH', 'PATRQT'] as const;
const project = /^[\x21-\x7e]{0,255}$/;

export function StatementFields(): ReactElement {
  const { t } = useTranslation('login');
  const words = useWords();
  const statement = useStatement();
  const [typed, setTyped] = useState(statement.project);
  const isWrong = !project.test(typed);
  return (
    <Fieldset legend={t('statement')}>
      <Stack gap="sm">
        <Text size="sm">{t('statement-text')}</Text>
        <Checkbox.Group
          label={t('purposes')}
          value={[...statement.purposes]}
          onChange={(chosen) => state({ ...statement, purposes: chosen })}
        >
          <Stack gap={6} mt={6}>
            {purposeChoices(purposes, words, (code) => `${canonical.actReason}|${code}`).map(({ value, label }) => (
              <Checkbox key={value} value={value} label={label} />
            ))}
          </Stack>
        </Checkbox.Group>
        <TextInput
          label={t('project')}
          description={t('project-text')}
          value={typed}
          maxLength={255}
          maw={480}
          error={isWrong ? t('project-wrong') : undefined}
          onChange={({ currentTarget: { value } }) => {
            setTyped(value);
            if (project.test(value)) state({ ...statement, project: value });
          }}
        />
      </Stack>
    </Fieldset>
  );
}
