/** Who and what for: purposes, research, diseases, commerce, project, level and period. */
import { Checkbox, Group, MultiSelect, NativeSelect, Radio, Stack, TagsInput, TextInput } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { commonPurposes, purposeChoices } from '../../part/purpose.ts';
import { asLabel, useWords } from '../../part/words.ts';
import type { AskedDataSet } from './asked-data-set.ts';
import { type Draft, type faultsOf, levels, researchKinds } from './draft.ts';

interface StepProps {
  asked: AskedDataSet;
  draft: Draft;
  faults: ReturnType<typeof faultsOf>;
  change(part: Partial<Draft>): void;
}

export function PurposeStep({ asked, draft, faults, change }: StepProps): ReactElement {
  const { t } = useTranslation('access');
  const words = useWords();
  return (
    <Stack>
      <MultiSelect
        label={t('purposes')}
        description={t('purposes-text')}
        data={purposeChoices(commonPurposes, words)}
        value={[...draft.purposes]}
        onChange={(purposes) => change({ purposes })}
        error={faults.purposes === undefined ? undefined : t('purposes-missing')}
        clearButtonProps={{ 'aria-label': t('clear') }}
        required
      />
      <Checkbox.Group
        label={t('kinds')}
        description={t('kinds-text')}
        value={[...draft.kinds]}
        onChange={(kinds) => change({ kinds })}
      >
        <Group mt="xs">
          {researchKinds.map((kind) => (
            <Checkbox key={kind} value={kind} label={t(`kind-${kind}`)} />
          ))}
        </Group>
      </Checkbox.Group>
      <Diseases asked={asked} draft={draft} faults={faults} change={change} />
      <Radio.Group
        label={t('commercial')}
        value={draft.commercial}
        onChange={(value) => change({ commercial: value === 'yes' ? 'yes' : 'no' })}
      >
        <Group mt="xs">
          <Radio value="no" label={t('commercial-no')} />
          <Radio value="yes" label={t('commercial-yes')} />
        </Group>
      </Radio.Group>
      <Project draft={draft} faults={faults} change={change} />
    </Stack>
  );
}

/** The diseases that the data set is for are offered; any other is written as `system|code`. */
function Diseases({ asked, draft, faults, change }: StepProps): ReactElement {
  const { t } = useTranslation('access');
  const offered = asked.stated.statement.dataUse.flatMap(({ parameter, display }) =>
    parameter?.includes('|') === true ? [{ code: parameter, name: display ?? parameter }] : [],
  );
  const others = draft.diseases.filter((one) => !offered.some(({ code }) => code === one));
  const chosen = draft.diseases.filter((one) => !others.includes(one));
  return (
    <>
      {offered.length === 0 ? null : (
        <Checkbox.Group
          label={t('diseases-offered')}
          value={[...chosen]}
          onChange={(next) => change({ diseases: [...next, ...others] })}
        >
          <Stack mt="xs" gap="xs">
            {offered.map(({ code, name }) => (
              <Checkbox key={code} value={code} label={name} description={code} />
            ))}
          </Stack>
        </Checkbox.Group>
      )}
      <TagsInput
        label={t(offered.length === 0 ? 'diseases' : 'diseases-other')}
        description={t('diseases-text')}
        value={[...others]}
        onChange={(next) => change({ diseases: [...chosen, ...next] })}
        error={faults.diseases === undefined ? undefined : t('diseases-malformed')}
        splitChars={[',', ' ']}
        acceptValueOnBlur
      />
    </>
  );
}

function Project({ draft, faults, change }: Omit<StepProps, 'asked'>): ReactElement {
  const { t } = useTranslation('access');
  const words = useWords();
  return (
    <>
      <TextInput
        label={t('project-title')}
        value={draft.title}
        onChange={({ currentTarget }) => change({ title: currentTarget.value })}
      />
      <TextInput
        label={t('project')}
        description={t('project-text')}
        value={draft.project}
        onChange={({ currentTarget }) => change({ project: currentTarget.value })}
      />
      <NativeSelect
        label={t('level')}
        data={levels.map((level) => ({ value: level, label: asLabel(words.level[level]) }))}
        value={draft.level}
        onChange={({ currentTarget }) => change({ level: currentTarget.value })}
      />
      <Group align="flex-start">
        <TextInput
          type="date"
          label={t('from')}
          value={draft.from}
          onChange={({ currentTarget }) => change({ from: currentTarget.value })}
        />
        <TextInput
          type="date"
          label={t('until')}
          value={draft.until}
          onChange={({ currentTarget }) => change({ until: currentTarget.value })}
          error={faults.until === undefined ? undefined : t('until-order')}
        />
      </Group>
    </>
  );
}
