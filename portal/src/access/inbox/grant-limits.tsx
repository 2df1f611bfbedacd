/** What a grant is limited to: how closely, from when until when, and what the recipient has to keep to. */
import { Checkbox, Group, NativeSelect, Stack, TextInput } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { asLabel, useWords } from '../../part/words.ts';
import { obligationCodes } from '../obligation.ts';
import { levels } from '../request/draft.ts';

/** What is filled in; empty texts are not stated, and then what was asked for holds. */
export interface Limits {
  readonly reason: string;
  readonly level: string;
  readonly profile: string;
  readonly from: string;
  readonly until: string;
  /** codes of v3-ActCode */
  readonly obligations: readonly string[];
  /** after which the data are to be deleted */
  readonly months: string;
}

export function GrantLimits({ limits, change }: { limits: Limits; change(part: Partial<Limits>): void }): ReactElement {
  const { t } = useTranslation('access-committee');
  const { t: tAccess } = useTranslation('access');
  const words = useWords();
  return (
    <Stack>
      <NativeSelect
        label={tAccess('level')}
        data={levels.map((level) => ({ value: level, label: asLabel(words.level[level]) }))}
        value={limits.level}
        onChange={({ currentTarget }) => change({ level: currentTarget.value })}
      />
      {limits.level === 'record-deidentified' ? (
        <TextInput
          label={t('profile')}
          description={t('profile-text')}
          value={limits.profile}
          onChange={({ currentTarget }) => change({ profile: currentTarget.value })}
        />
      ) : null}
      <Group align="flex-start">
        <TextInput
          type="date"
          label={tAccess('from')}
          value={limits.from.slice(0, 10)}
          onChange={({ currentTarget }) => change({ from: currentTarget.value })}
        />
        <TextInput
          type="date"
          label={tAccess('until')}
          value={limits.until.slice(0, 10)}
          onChange={({ currentTarget }) => change({ until: currentTarget.value })}
        />
      </Group>
      <Obligations limits={limits} change={change} />
    </Stack>
  );
}

function Obligations({ limits, change }: { limits: Limits; change(part: Partial<Limits>): void }): ReactElement {
  const { t } = useTranslation('access');
  const words = useWords();
  return (
    <>
      <Checkbox.Group
        label={t('obligations-recipient')}
        description={t('obligations-more')}
        value={[...limits.obligations]}
        onChange={(obligations) => change({ obligations })}
      >
        <Stack mt="xs" gap="xs">
          {obligationCodes.map((code) => (
            <Checkbox key={code} value={code} label={asLabel(words.obligation[code])} />
          ))}
        </Stack>
      </Checkbox.Group>
      {limits.obligations.includes('DELAU') ? (
        <TextInput
          label={t('months-label')}
          inputMode="numeric"
          value={limits.months}
          onChange={({ currentTarget }) => change({ months: currentTarget.value.replaceAll(/\D/g, '').slice(0, 4) })}
          maw={240}
        />
      ) : null}
    </>
  );
}
