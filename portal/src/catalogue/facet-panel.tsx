/** All facets of the catalogue beside its results, or in a drawer on small screens. */
import { Button, Skeleton, Stack, Text, VisuallyHidden } from '@mantine/core';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Problem } from '../part/problem.tsx';
import { FacetGroup } from './facet-group.tsx';
import { type CatalogueQuestion, type FacetName, facetNames, withChosen } from './question.ts';
import type { ToldFacet } from './told-facets.ts';
import { useAllFacets, useFacets } from './use-catalogue.ts';
import { YearFacet } from './year-facet.tsx';

interface FacetPanelProps {
  base: string;
  question: CatalogueQuestion;
  onQuestion(question: CatalogueQuestion): void;
}

export function FacetPanel({ base, question, onQuestion }: FacetPanelProps): ReactElement {
  const { t } = useTranslation('catalogue');
  const [isOpen, setOpen] = useState(false);
  const isCodeAsked = isOpen || question.chosen.code !== undefined;
  const { facets: counted, record, content, codes } = useAllFacets(base, question, isCodeAsked);
  const failed = [record, content, codes].find(({ error, data }) => error !== null && data === undefined);
  const isWaiting = record.isPending && content.isPending;
  const hasSummaries = (content.data?.facets.get('resource-type')?.values.length ?? 0) > 0;
  return (
    <Stack gap={0} aria-busy={record.isFetching || content.isFetching || codes.isFetching}>
      {isWaiting ? <FacetSkeleton /> : null}
      {facetNames.map((name) =>
        name === 'code' && !isCodeAsked ? (
          !hasSummaries ? null : (
            <Button key={name} variant="subtle" justify="flex-start" px={0} my={6} onClick={() => setOpen(true)}>
              {t('open-code')}
            </Button>
          )
        ) : (
          <OneFacet
            key={name}
            base={base}
            question={question}
            onQuestion={onQuestion}
            name={name}
            facet={counted.get(name)}
          />
        ),
      )}
      {isCodeAsked && codes.isPending ? <Text role="status">{t('counting')}</Text> : null}
      {isCodeAsked && codes.data?.facets.get('code')?.values.length === 0 ? (
        <Text c="dimmed">{t('no-codes')}</Text>
      ) : null}
      {failed === undefined ? null : <Problem error={failed.error} retry={() => void failed.refetch()} />}
    </Stack>
  );
}

/** More values than the server tells with all facets at once. */
const many = 200;

const plain: ReadonlySet<FacetName> = new Set<FacetName>(['status', 'language', 'fhir-version', 'server']);

function OneFacet({
  base,
  question,
  onQuestion,
  name,
  facet,
}: FacetPanelProps & { name: FacetName; facet: ToldFacet | undefined }): ReactElement | null {
  const [wantsAll, setWantsAll] = useState(false);
  const all = useFacets(base, question, [name], { isAsked: wantsAll, most: many });
  const chosen = question.chosen[name] ?? [];
  const choose = (values: readonly string[]): void => onQuestion(withChosen(question, name, values));
  const told = wantsAll ? (all.data?.facets.get(name) ?? facet) : facet;
  // What is the same for all tells nothing.
  if (plain.has(name) && chosen.length === 0 && (told?.values.length ?? 0) < 2) return null;
  if (name === 'year') return <YearFacet facet={told} chosen={chosen} onChoose={choose} />;
  return <FacetGroup name={name} facet={told} chosen={chosen} onChoose={choose} onMore={() => setWantsAll(true)} />;
}

function FacetSkeleton(): ReactElement {
  const { t } = useTranslation('catalogue');
  return (
    <Stack gap="sm" role="status" py="sm">
      <VisuallyHidden>{t('counting')}</VisuallyHidden>
      {[60, 90, 85, 70, 55, 80, 75, 65].map((width) => (
        <Skeleton key={width} height={16} width={`${width}%`} />
      ))}
    </Stack>
  );
}
