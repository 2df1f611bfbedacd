/** Searches resources of a type on any server: a form, results as a table and to the letter, pages by the server's links. https://hl7.org/fhir/R4B/http.html#search */
import { Group, SegmentedControl, Stack, Text, Title } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactElement, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Copy } from '../part/copy.tsx';
import { Empty } from '../part/empty.tsx';
import { formatNumber } from '../part/format.ts';
import { LinkButton } from '../part/link.tsx';
import { Loading } from '../part/loading.tsx';
import { PageTitle } from '../part/page-title.tsx';
import { Partial } from '../part/partial.tsx';
import { addressOf } from '../server/address.ts';
import { ExplainPanel } from './explain-panel.tsx';
import { type ResourceAnswer, useResource } from './fetch-text.ts';
import { JsonView } from './json-view.tsx';
import { atOf } from './place.ts';
import { ResultTable } from './result-table.tsx';
import { type Handling, SearchForm } from './search-form.tsx';
import { type Found, readSearchset } from './searchset.ts';
import { Trouble } from './trouble.tsx';
import { useCapability } from './use-capability.ts';

export function SearchPage({ base, type }: { base: string; type: string }): ReactElement {
  const { t } = useTranslation('explore');
  const go = useNavigate();
  const {
    q = '',
    page,
    handling: stated,
  }: { q?: string; page?: string; handling?: string } = useSearch({ strict: false });
  const handling: Handling = stated === 'strict' || stated === 'lenient' ? stated : '';
  const { data: capability } = useCapability(base);
  const path = page ?? (q === '' ? type : `${type}?${q}`);
  const headers = useMemo(() => (handling === '' ? undefined : { prefer: `handling=${handling}` }), [handling]);
  const asked = useResource(base, path, headers);
  const found = useMemo(
    () => (asked.data === undefined ? undefined : readSearchset(asked.data.resource)),
    [asked.data],
  );
  const search = (query: string, wanted: Handling): void => {
    if (query === q && wanted === handling && page === undefined) void asked.refetch();
    void go({
      to: '.',
      search: { ...atOf(base), ...(query === '' ? {} : { q: query }), ...(wanted === '' ? {} : { handling: wanted }) },
    });
  };
  const isUnknown = capability !== undefined && !capability.types.some((one) => one.type === type);
  return (
    <>
      <PageTitle title={t('search-title', { type })} />
      {isUnknown ? <Partial title={t('type-unknown', { type })}>{t('type-unknown-text')}</Partial> : null}
      <SearchForm
        key={`${q} ${handling}`}
        query={q}
        handling={handling}
        type={type}
        capability={capability}
        found={found?.matches ?? []}
        onSearch={search}
      />
      <ExplainPanel base={base} url={q === '' ? type : `${type}?${q}`} handling={handling} capability={capability} />
      <Address base={base} path={path} />
      {asked.isPending ? <Loading lines={8} /> : null}
      {asked.error === null ? null : <Trouble error={asked.error} retry={() => void asked.refetch()} />}
      {found === undefined ? null : <Results found={found} answer={asked.data!} base={base} type={type} />}
    </>
  );
}

function Address({ base, path }: { base: string; path: string }): ReactElement {
  const { t } = useTranslation('explore');
  const url = addressOf(base, path);
  return (
    <Group gap="xs" my="sm">
      <Text size="sm" c="dimmed" maw="100%">
        GET {url}
      </Text>
      <Copy text={url} what={t('address')} />
    </Group>
  );
}

function Results({
  found,
  answer,
  base,
  type,
}: {
  found: Found;
  answer: ResourceAnswer;
  base: string;
  type: string;
}): ReactElement {
  const { t } = useTranslation('explore');
  const [form, setForm] = useState('table');
  const { matches, included, warnings, total } = found;
  return (
    <Stack gap="md">
      {warnings.length === 0 ? null : (
        <Partial title={t('warnings')}>
          <ul>
            {warnings.map((one) => (
              <li key={one} dir="auto">
                {one}
              </li>
            ))}
          </ul>
        </Partial>
      )}
      <Group justify="space-between">
        <Text role="status" fw={600}>
          {t('on-page', { count: matches.length, shown: formatNumber(matches.length) })}
          {total === undefined ? ` · ${t('total-unknown')}` : ` · ${t('total', { total: formatNumber(total) })}`}
        </Text>
        <SegmentedControl
          aria-label={t('result-form')}
          value={form}
          onChange={setForm}
          data={[
            { value: 'table', label: t('table') },
            { value: 'json', label: t('view-json') },
          ]}
        />
      </Group>
      {form === 'json' ? (
        <>
          <Group>
            <Copy text={answer.answer.text} what={t('text-as-sent')} />
          </Group>
          <JsonView value={answer.resource} base={base} label={t('view-json')} />
        </>
      ) : (
        <Tables found={found} base={base} type={type} />
      )}
      {form === 'table' && included.length > 0 ? (
        <section>
          <Title order={2} size="h4" mb="xs">
            {t('included', { count: included.length, shown: formatNumber(included.length) })}
          </Title>
          <ResultTable resources={included} base={base} label={t('included-label')} withType />
        </section>
      ) : null}
      <Pages found={found} base={base} />
    </Stack>
  );
}

function Tables({ found: { matches }, base, type }: { found: Found; base: string; type: string }): ReactElement {
  const { t } = useTranslation('explore');
  if (matches.length === 0) return <Empty title={t('nothing-found')} text={t('nothing-found-text')} order={2} />;
  return <ResultTable resources={matches} base={base} label={t('matches', { type })} />;
}

/** By the links of the server: only it knows how its pages go on. */
function Pages({ found: { links }, base }: { found: Found; base: string }): ReactElement | null {
  const { t } = useTranslation('explore');
  const search: Record<string, unknown> = useSearch({ strict: false });
  const shown = (['first', 'previous', 'next', 'last'] as const).filter((one) => links[one] !== undefined);
  if (shown.length === 0) return null;
  return (
    <Group component="nav" aria-label={t('pages')}>
      {shown.map((one) => (
        <LinkButton
          key={one}
          to="."
          search={{ ...(search as Record<string, string>), ...atOf(base), page: links[one] }}
          variant="default"
        >
          {t(`page-${one}`)}
        </LinkButton>
      ))}
    </Group>
  );
}
