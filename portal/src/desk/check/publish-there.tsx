/** Sends the published record to a registry, which says what it took and why it refused. See docs/reference/harvest.md */
import { Alert, Button, Group, List, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { JsonObject } from '../../../../src/fhir/json.ts';
import { Problem } from '../../part/problem.tsx';
import { baseOf } from '../../server/address.ts';
import { ask, type Json } from '../../server/fhir.ts';
import { home } from '../../server/home.ts';
import { useFieldWords } from '../form/field.tsx';

interface Report {
  taken: number;
  unchanged: number;
  refused: number;
  issues: readonly string[];
}

async function publishAt(registry: string, record: JsonObject): Promise<Report> {
  const records = {
    resourceType: 'Bundle',
    type: 'collection',
    entry: [{ fullUrl: `${home}/Library/${String(record['id'])}`, resource: record }],
  };
  const parameter = [
    { name: 'records', resource: records },
    { name: 'address', valueUrl: home },
  ];
  const { body } = await ask(baseOf(registry), '$publish', {
    method: 'POST',
    body: { resourceType: 'Parameters', parameter },
  });
  return reportIn(body);
}

/** As `$publish` answers. */
function reportIn(body: Json): Report {
  const [report] = (body['parameter'] ?? []) as { part?: (Json & { name: string })[] }[];
  const parts = report?.part ?? [];
  const count = (name: string): number => Number(parts.find((one) => one.name === name)?.['valueInteger'] ?? 0);
  const outcome = parts.find((one) => one.name === 'outcome')?.['resource'] as Json | undefined;
  const issues = ((outcome?.['issue'] ?? []) as Json[]).map(({ diagnostics }) => String(diagnostics));
  return { taken: count('taken'), unchanged: count('unchanged'), refused: count('refused'), issues };
}

const lastUsed = 'fairway-desk-registry';

export function PublishThere({ record }: { record: JsonObject }): ReactElement {
  const { t } = useTranslation('desk');
  const [registry, setRegistry] = useState(() => localStorage.getItem(lastUsed) ?? '');
  const words = useFieldWords('registry');
  const publish = useMutation({
    mutationFn: (address: string) => publishAt(address, record),
    onSuccess: (_, address) => localStorage.setItem(lastUsed, address),
  });
  const isAddress = /^https?:\/\/[^\s/]+/.test(registry) && URL.canParse(registry);
  const report = publish.data;
  return (
    <Stack component="section" aria-label={t('publish-there')} gap="sm">
      <Title order={2} size="h3">
        {t('publish-there')}
      </Title>
      <Text size="sm">{t('publish-there-text')}</Text>
      <Group align="flex-end">
        <TextInput
          {...words}
          flex={1}
          miw={240}
          value={registry}
          onChange={(event) => setRegistry(event.currentTarget.value.trim())}
        />
        <Button
          variant="default"
          disabled={!isAddress}
          loading={publish.isPending}
          onClick={() => publish.mutate(registry)}
        >
          {t('send-there')}
        </Button>
      </Group>
      {publish.error === null ? null : <Problem error={publish.error} />}
      {report === undefined ? null : (
        <Alert
          color={report.refused > 0 ? 'red' : 'fairway'}
          variant="outline"
          title={t(report.refused > 0 ? 'registry-refused' : report.taken > 0 ? 'registry-took' : 'registry-unchanged')}
          role="status"
        >
          <List size="sm">
            {report.issues.map((one) => (
              <List.Item key={one}>{one}</List.Item>
            ))}
          </List>
        </Alert>
      )}
    </Stack>
  );
}
