/** Finds a code while one types in plain words, with how many data sets and patients have it; any other code can be written by hand. https://www.w3.org/WAI/ARIA/apg/patterns/combobox/ */
import { Button, Combobox, Group, Loader, Stack, Text, TextInput, useCombobox } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CodedKind } from '../../../src/federation/client/index.ts';
import { formatNumber } from '../part/format.ts';
import { FhirProblem, getJson } from '../server/fhir.ts';
import { home } from '../server/home.ts';
import { useAsker } from '../server/query.ts';
import classes from './ask.module.css';
import { useRememberName } from './code-names.tsx';
import { type HeldCode, type HeldCodes, heldCodesOf, heldCodesPath, systemName, typedCode } from './held-codes.ts';

function useHeldCodes(kind: CodedKind, filter: string, below: HeldCode | undefined, isOpen: boolean) {
  const who = useAsker(home);
  return useQuery({
    queryKey: ['held-codes', kind, filter.trim(), below?.text, who],
    queryFn: async ({ signal }) =>
      heldCodesOf(await getJson(home, heldCodesPath(kind, filter, below?.text), { signal })),
    enabled: isOpen,
    placeholderData: keepPreviousData,
    retry: false,
  });
}

export function CodeSearch({
  kind,
  isMore,
  onChoose,
}: {
  kind: CodedKind;
  /** there is one already, of which this is an alternative */
  isMore: boolean;
  onChoose: (code: string) => void;
}): ReactElement {
  const { t } = useTranslation('ask');
  const [text, setText] = useState('');
  const [below, setBelow] = useState<HeldCode>();
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() });
  const found = useHeldCodes(kind, text, below, combobox.dropdownOpened);
  const remember = useRememberName();
  const codes = found.data?.codes ?? [];
  const choose = (value: string): void => {
    const code = codes.find((one) => one.text === value);
    if (code !== undefined) remember(code);
    onChoose(value);
    setText('');
    setBelow(undefined);
    combobox.closeDropdown();
  };
  const lookBelow = (code: HeldCode | undefined): void => {
    setBelow(code);
    setText('');
    combobox.focusTarget();
    combobox.openDropdown();
  };
  return (
    <Stack gap={4} maw={640}>
      <Combobox store={combobox} onOptionSubmit={choose} withinPortal={false}>
        <Combobox.Target>
          <TextInput
            label={t(isMore ? 'code.more' : `code.search-${kind}`)}
            description={t(`code.hint-${kind}`)}
            value={text}
            maxLength={500}
            rightSection={found.isFetching ? <Loader size="xs" aria-hidden /> : null}
            onChange={({ currentTarget }) => {
              setText(currentTarget.value);
              combobox.openDropdown();
              combobox.updateSelectedOptionIndex();
            }}
            onFocus={() => combobox.openDropdown()}
            onClick={() => combobox.openDropdown()}
            onBlur={() => combobox.closeDropdown()}
          />
        </Combobox.Target>
        <Combobox.Dropdown>
          <Found found={found.data} error={found.error} isPending={found.isPending} text={text} onBelow={lookBelow} />
        </Combobox.Dropdown>
      </Combobox>
      <Below codes={text === '' && below === undefined ? [] : codes} below={below} onBelow={lookBelow} />
    </Stack>
  );
}

/** What the list holds: what was found, what is wrong, and the way by hand. */
function Found({
  found,
  error,
  isPending,
  text,
  onBelow,
}: {
  found: HeldCodes | undefined;
  error: Error | null;
  isPending: boolean;
  text: string;
  onBelow: (code: HeldCode) => void;
}): ReactElement {
  const { t } = useTranslation('ask');
  const typed = typedCode(text);
  const codes = error === null ? (found?.codes ?? []) : [];
  const isKnown = typed !== undefined && codes.some((one) => one.text === typed);
  return (
    <>
      <Combobox.Options aria-label={t('code.list')} mah={320} className={classes['options'] ?? ''}>
        {codes.map((code) => (
          <Combobox.Option key={code.text} value={code.text}>
            <CodeOption code={code} onBelow={onBelow} />
          </Combobox.Option>
        ))}
        {typed === undefined || isKnown ? null : (
          <Combobox.Option value={typed}>{t('code.by-hand', { code: typed })}</Combobox.Option>
        )}
      </Combobox.Options>
      <Combobox.Footer>
        <Text size="xs" c="dimmed" role="status">
          {stateText()}
        </Text>
      </Combobox.Footer>
    </>
  );

  function stateText(): string {
    if (error !== null) return t(isUnknown(error) ? 'code.no-search' : 'code.failed', { reason: error.message });
    if (isPending || found === undefined) return t('code.looking');
    if (found.codes.length === 0) return t('code.nothing');
    if (found.total > found.codes.length) {
      return t('code.cut', { shown: formatNumber(found.codes.length), total: formatNumber(found.total) });
    }
    return t('code.found', { count: found.codes.length });
  }
}

/** A server that has no such operation. */
const isUnknown = (error: Error): boolean =>
  error instanceof FhirProblem && [400, 404, 405, 501].includes(error.status);

function CodeOption({ code, onBelow }: { code: HeldCode; onBelow: (code: HeldCode) => void }): ReactElement {
  const { t } = useTranslation('ask');
  const patients =
    code.patients === undefined
      ? t('code.patients-untold')
      : t(code.isRough ? 'code.patients-about' : 'code.patients', {
          count: code.patients,
          shown: formatNumber(code.patients),
        });
  return (
    <div className={classes['option']} data-depth={Math.min(code.depth, 5)}>
      <div className={classes['grow']}>
        <div dir="auto">{code.display === '' ? code.code : code.display}</div>
        <small dir="ltr">
          {systemName(code.system)} {code.code}
        </small>
      </div>
      <small className={classes['counts']}>
        {t('code.data-sets', { count: code.datasets, shown: formatNumber(code.datasets) })}
        <br />
        {patients}
      </small>
      {/* For the mouse; by keyboard the same is below the field, since an option holds no buttons. */}
      <span
        aria-hidden="true"
        className={classes['deeper']}
        hidden={!code.hasBelow}
        onMouseDown={(event) => event.preventDefault()}
        onClick={(event) => {
          event.stopPropagation();
          onBelow(code);
        }}
      >
        ▸
      </span>
    </div>
  );
}

/** The way down the hierarchy, outside of the list, so that the keyboard reaches it. */
function Below({
  codes,
  below,
  onBelow,
}: {
  codes: readonly HeldCode[];
  below: HeldCode | undefined;
  onBelow: (code: HeldCode | undefined) => void;
}): ReactElement | null {
  const { t } = useTranslation('ask');
  const ways = codes.filter(({ hasBelow }) => hasBelow).slice(0, 4);
  if (ways.length === 0 && below === undefined) return null;
  return (
    <Group gap={4}>
      {below === undefined ? null : (
        <Button variant="light" size="compact-xs" onClick={() => onBelow(undefined)}>
          {t('code.out-of', { code: below.display === '' ? below.code : below.display })}
        </Button>
      )}
      {ways.map((code) => (
        <Button key={code.text} variant="subtle" size="compact-xs" maw="100%" onClick={() => onBelow(code)}>
          {t('code.into', { code: code.display === '' ? code.code : code.display })}
        </Button>
      ))}
    </Group>
  );
}
