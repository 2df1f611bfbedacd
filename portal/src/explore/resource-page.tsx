/** One resource: as a page, as JSON, XML and Turtle to the letter, and where its versions are. https://hl7.org/fhir/R4B/http.html#read */
import { Badge, Button, Code, Group, Stack, Tabs, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Copy } from '../part/copy.tsx';
import { formatBytes, formatDate } from '../part/format.ts';
import { LinkButton } from '../part/link.tsx';
import { Loading } from '../part/loading.tsx';
import { Narrative } from '../part/narrative.tsx';
import { PageTitle } from '../part/page-title.tsx';
import { FhirProblem } from '../server/fhir.ts';
import { useAsker } from '../server/query.ts';
import { titleOf } from './brief.ts';
import { offersTurtle } from './capability.ts';
import { download } from './download.ts';
import { Contained, Elements } from './element.tsx';
import { askText, type ResourceAnswer, type TextAnswer, useResource } from './fetch-text.ts';
import { JsonView } from './json-view.tsx';
import { LongText } from './long-text.tsx';
import { atOf } from './place.ts';
import { TextView } from './text-view.tsx';
import { Trouble } from './trouble.tsx';
import { useCapability } from './use-capability.ts';
import { isObject, objectsOf, textOf, type ValueObject } from './value.ts';

interface Of {
  type: string;
  id: string;
  version?: string;
}

export function ResourcePage({ base, place: { type, id, version } }: { base: string; place: Of }): ReactElement {
  const path = version === undefined ? `${type}/${id}` : `${type}/${id}/_history/${version}`;
  const { data, error, refetch, isPending } = useResource(base, path);
  const title = data === undefined ? '' : titleOf(data.resource);
  return (
    <>
      <PageTitle title={title === '' ? path : title.length > 300 ? `${title.slice(0, 300)}…` : title} />
      <Ways base={base} type={type} id={id} path={path} resource={data?.resource} />
      {isPending ? <Loading lines={8} /> : null}
      {error === null ? null : <Trouble error={error} retry={() => void refetch()} />}
      {data === undefined ? null : <Forms base={base} path={path} found={data} />}
    </>
  );
}

function Ways({
  base,
  type,
  id,
  path,
  resource,
}: Of & { base: string; path: string; resource: ValueObject | undefined }): ReactElement {
  const { t } = useTranslation('explore');
  const meta = isObject(resource?.['meta']) ? resource['meta'] : {};
  const [version, updated] = [textOf(meta['versionId']), textOf(meta['lastUpdated'])];
  return (
    <Group gap="xs" mb="md">
      <Code>{path}</Code>
      {version === undefined ? null : (
        <Badge variant="default" tt="none">
          {t('version', { version })}
        </Badge>
      )}
      {updated === undefined ? null : (
        <Text size="sm" c="dimmed">
          {t('updated', { when: formatDate(updated) })}
        </Text>
      )}
      <LinkButton
        to="/explore/$"
        params={{ _splat: `${type}/${id}/_history` }}
        search={atOf(base)}
        variant="default"
        size="compact-sm"
      >
        {t('versions')}
      </LinkButton>
      <LinkButton to="/explore/$" params={{ _splat: type }} search={atOf(base)} variant="default" size="compact-sm">
        {t('all-of-type', { type })}
      </LinkButton>
      <LinkButton
        to="/explore/$"
        params={{ _splat: 'console' }}
        search={{ ...atOf(base), path }}
        variant="default"
        size="compact-sm"
      >
        {t('in-console')}
      </LinkButton>
    </Group>
  );
}

const views = ['page', 'json', 'xml', 'turtle'] as const;

function Forms({ base, path, found }: { base: string; path: string; found: ResourceAnswer }): ReactElement {
  const { t } = useTranslation('explore');
  const go = useNavigate();
  const search: Record<string, unknown> = useSearch({ strict: false });
  const { data: capability } = useCapability(base);
  const view = views.find((one) => one === search['view']) ?? 'page';
  const choose = (next: string | null): void =>
    void go({ to: '.', search: { ...atOf(base), ...(next === 'page' || next === null ? {} : { view: next }) } });
  const hasTurtle = view === 'turtle' || (capability !== undefined && offersTurtle(capability));
  return (
    <Tabs value={view} onChange={choose} keepMounted={false}>
      <Tabs.List mb="md" aria-label={t('forms')}>
        {views
          .filter((one) => one !== 'turtle' || hasTurtle)
          .map((one) => (
            <Tabs.Tab key={one} value={one}>
              {t(`view-${one}`)}
            </Tabs.Tab>
          ))}
      </Tabs.List>
      <Tabs.Panel value="page">
        <Readable resource={found.resource} base={base} />
      </Tabs.Panel>
      <Tabs.Panel value="json">
        <Letter answer={found.answer} name={`${path.replaceAll('/', '-')}.json`} />
        <JsonView value={found.resource} base={base} label={t('view-json')} />
      </Tabs.Panel>
      {(['xml', 'turtle'] as const).map((one) => (
        <Tabs.Panel key={one} value={one}>
          <OtherFormat base={base} path={path} view={one} />
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}

function Readable({ resource, base }: { resource: ValueObject; base: string }): ReactElement {
  const { t } = useTranslation('explore');
  const narrative = isObject(resource['text']) ? textOf(resource['text']['div']) : undefined;
  const title = titleOf(resource);
  return (
    <Stack gap="md">
      {title.length > 300 ? <LongText text={title} most={300} /> : null}
      {narrative === undefined ? null : (
        <section>
          <Title order={2} size="h4" mb="xs">
            {t('narrative')}
          </Title>
          <Narrative xhtml={narrative} />
        </section>
      )}
      <section>
        <Title order={2} size="h4" mb="xs">
          {t('elements')}
        </Title>
        <Elements value={resource} base={base} without={['resourceType', 'text', 'contained']} />
      </section>
      <Contained resources={objectsOf(resource['contained'])} base={base} />
    </Stack>
  );
}

/** Copying and keeping what was sent, as it was sent. */
function Letter({ answer: { text, bytes, type }, name }: { answer: TextAnswer; name: string }): ReactElement {
  const { t } = useTranslation('explore');
  return (
    <Group gap="xs" mb="xs">
      <Copy text={text} what={t('text-as-sent')} />
      <Button variant="default" size="compact-sm" onClick={() => download(text, name, type)}>
        {t('download')}
      </Button>
      <Text size="sm" c="dimmed">
        {type} · {formatBytes(bytes)}
      </Text>
    </Group>
  );
}

const formats: Record<'xml' | 'turtle', { accept: string; extension: string }> = {
  xml: { accept: 'application/fhir+xml', extension: 'xml' },
  turtle: { accept: 'text/turtle', extension: 'ttl' },
};

function OtherFormat({ base, path, view }: { base: string; path: string; view: 'xml' | 'turtle' }): ReactElement {
  const { t } = useTranslation('explore');
  const { accept, extension } = formats[view];
  const who = useAsker(base);
  const { data, error, refetch } = useQuery({
    queryKey: ['explore-format', base, path, accept, who],
    queryFn: async ({ signal }) => {
      const answer = await askText(base, path, { accept, signal });
      // Some servers answer in JSON, whatever is asked for.
      if (answer.status >= 400 || !answer.type.includes(view))
        throw new FhirProblem(t('not-this-format', { type: answer.type }), { status: answer.status, server: base });
      return answer;
    },
  });
  if (error !== null) return <Trouble error={error} retry={() => void refetch()} />;
  if (data === undefined) return <Loading lines={8} />;
  return (
    <>
      <Letter answer={data} name={`${path.replaceAll('/', '-')}.${extension}`} />
      <TextView text={data.text} label={t(`view-${view}`)} />
    </>
  );
}
