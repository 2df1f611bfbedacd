/** The form of a request: method, path with completion, headers, body with a check of its format. */
import { Button, Group, Paper, Select, Stack, Text, Textarea } from '@mantine/core';
import type { FormEvent, ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Capability } from './capability.ts';
import { ChoiceInput } from './choice-input.tsx';
import type { Choice } from './completion.ts';
import {
  type ConsoleRequest,
  type Fault,
  faultsOf,
  formatted,
  type Method,
  methods,
  takesBody,
} from './console-request.ts';
import { useCapability } from './use-capability.ts';

export function ConsoleForm({
  base,
  request,
  onChange,
  onSend,
  isSending,
}: {
  base: string;
  request: ConsoleRequest;
  onChange(request: ConsoleRequest): void;
  onSend(): void;
  isSending: boolean;
}): ReactElement {
  const { t } = useTranslation('explore');
  const { data: capability } = useCapability(base);
  const faults = faultsOf(request);
  const faultText = useFaultText(faults);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (faults.length === 0) onSend();
  };
  return (
    <Paper withBorder p="md" component="form" onSubmit={submit} aria-label={t('request')}>
      <Stack gap="sm">
        <Group align="flex-end" gap="xs">
          <Select
            label={t('method')}
            data={methods}
            value={request.method}
            onChange={(method) => onChange({ ...request, method: (method ?? 'GET') as Method })}
            allowDeselect={false}
            w={120}
          />
          <ChoiceInput
            label={t('path')}
            value={request.path}
            choices={pathChoices(capability, request.path)}
            onChange={(path) => onChange({ ...request, path })}
            miw={220}
          />
          <Button type="submit" loading={isSending} disabled={faults.length > 0}>
            {t('send')}
          </Button>
        </Group>
        <Textarea
          label={t('headers')}
          description={t('headers-help')}
          placeholder="Prefer: return=representation"
          value={request.headers}
          onChange={({ currentTarget }) => onChange({ ...request, headers: currentTarget.value })}
          error={faultText('headers')}
          autosize
          minRows={1}
          maxRows={6}
          spellCheck={false}
        />
        {takesBody(request.method) ? <Body request={request} faults={faults} onChange={onChange} /> : null}
      </Stack>
    </Paper>
  );
}

function Body({
  request,
  faults,
  onChange,
}: {
  request: ConsoleRequest;
  faults: readonly Fault[];
  onChange(request: ConsoleRequest): void;
}): ReactElement {
  const { t } = useTranslation('explore');
  const faultText = useFaultText(faults);
  const isFine = request.body.trim() !== '' && faults.every(({ where }) => where !== 'body');
  return (
    <>
      <Textarea
        label={t('body')}
        value={request.body}
        onChange={({ currentTarget }) => onChange({ ...request, body: currentTarget.value })}
        error={faultText('body')}
        autosize
        minRows={4}
        maxRows={24}
        spellCheck={false}
        ff="monospace"
      />
      <Group gap="xs">
        <Button
          variant="default"
          size="compact-sm"
          onClick={() => onChange({ ...request, body: formatted(request.body) })}
          disabled={!isFine}
        >
          {t('format-json')}
        </Button>
        {isFine ? (
          <Text size="sm" role="status">
            {t('json-fine')}
          </Text>
        ) : null}
      </Group>
    </>
  );
}

function useFaultText(faults: readonly Fault[]): (where: Fault['where']) => string | undefined {
  const { t } = useTranslation('explore');
  return (where) => {
    const fault = faults.find((one) => one.where === where);
    switch (fault?.kind) {
      case undefined:
        return undefined;
      case 'no-header':
        return t('fault-no-header', { line: fault.line.slice(0, 100) });
      case 'authorization':
        return t('fault-authorization');
      case 'no-json':
        return t('fault-no-json', { message: fault.message });
    }
  };
}

/** Types and operations, in the form in which they are asked. */
function pathChoices(capability: Capability | undefined, typed: string): Choice[] {
  if (capability === undefined) return [];
  const operation = (path: string, text: string | undefined): Choice =>
    text === undefined ? { value: path } : { value: path, text };
  const type = capability.types.find((one) => typed.startsWith(`${one.type}/`) || typed.startsWith(`${one.type}?`));
  if (type !== undefined && typed.includes('?')) {
    const before = typed.slice(0, Math.max(typed.lastIndexOf('&'), typed.indexOf('?')) + 1);
    return type.parameters.map(({ name, type: kind }) => ({ value: `${before}${name}=`, text: kind }));
  }
  return [
    { value: 'metadata' },
    ...capability.types.map((one) => ({ value: one.type })),
    ...capability.operations.map(({ name, documentation, definition }) =>
      operation(`$${name}`, documentation ?? definition),
    ),
    ...capability.types.flatMap((one) =>
      one.operations.map(({ name, documentation, definition }) =>
        operation(`${one.type}/$${name}`, documentation ?? definition),
      ),
    ),
  ];
}
