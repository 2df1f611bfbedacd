/** What a grant is limited to: how closely, from when until when, and what the recipient has to keep to. */
import { Checkbox, Group, NativeSelect, Stack, TextInput } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { obligationCodes } from '../obligation.ts';
import { levels } from '../request/draft.ts';

/** What is filled in; empty texts are not stated, and then what was asked for holds. */
export interface Words {
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

export function GrantLimits({ words, change }: { words: Words; change(part: Partial<Words>): void }): ReactElement {
  const { t } = useTranslation('access-committee');
  const { t: tAccess } = useTranslation('access');
  return (
    <Stack>
      <NativeSelect
        label={tAccess('level')}
        data={levels.map((level) => ({ value: level, label: tAccess(`level-${level}`) }))}
        value={words.level}
        onChange={({ currentTarget }) => change({ level: currentTarget.value })}
      />
      {words.level === 'record-deidentified' ? (
        <TextInput
          label={t('profile')}
          description={t('profile-text')}
          value={words.profile}
          onChange={({ currentTarget }) => change({ profile: currentTarget.value })}
        />
      ) : null}
      <Group align="flex-start">
        <TextInput
          type="date"
          label={tAccess('from')}
          value={words.from.slice(0, 10)}
          onChange={({ currentTarget }) => change({ from: currentTarget.value })}
        />
        <TextInput
          type="date"
          label={tAccess('until')}
          value={words.until.slice(0, 10)}
          onChange={({ currentTarget }) => change({ until: currentTarget.value })}
        />
      </Group>
      <Obligations words={words} change={change} />
    </Stack>
  );
}

function Obligations({ words, change }: { words: Words; change(part: Partial<Words>): void }): ReactElement {
  const { t } = useTranslation('access');
  return (
    <>
      <Checkbox.Group
        label={t('obligations-recipient')}
        description={t('obligations-more')}
        value={[...words.obligations]}
        onChange={(obligations) => change({ obligations })}
      >
        <Stack mt="xs" gap="xs">
          {obligationCodes.map((code) => (
            <Checkbox key={code} value={code} label={t(`obligation-${code}`)} />
          ))}
        </Stack>
      </Checkbox.Group>
      {words.obligations.includes('DELAU') ? (
        <TextInput
          label={t('months-label')}
          inputMode="numeric"
          value={words.months}
          onChange={({ currentTarget }) => change({ months: currentTarget.value.replaceAll(/\D/g, '').slice(0, 4) })}
          maw={240}
        />
      ) : null}
    </>
  );
}
