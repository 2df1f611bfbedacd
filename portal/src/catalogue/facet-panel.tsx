/** All facets of the catalogue beside its results, or in a drawer on small screens. */
import { Button, Skeleton, Stack, Text, VisuallyHidden } from '@mantine/core';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Problem } from '../part/problem.tsx';
import { useStable } from '../part/stable.ts';
import { FacetGroup, type FacetProps } from './facet-group.tsx';
import { type CatalogueQuestion, type FacetName, facetNames, withChosen } from './question.ts';
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
  const [whole, setWhole] = useState<ReadonlySet<FacetName>>(new Set());
  const isCodeAsked = isOpen || question.chosen.code !== undefined;
  const { facets: counted, record, content, codes } = useAllFacets(base, question, isCodeAsked);
  const choose: FacetProps['onChoose'] = useStable((name, change) =>
    onQuestion(withChosen(question, name, change(question.chosen[name] ?? none))),
  );
  const openWhole = useStable((name: FacetName) => setWhole((now) => new Set([...now, name])));
  const failed = [record, content, codes].find(({ error, data }) => error !== null && data === undefined);
  const isWaiting = record.isPending && content.isPending;
  const hasSummaries = (content.data?.facets.get('resource-type')?.values.length ?? 0) > 0;
  const facetOf = (name: FacetName): ReactElement => {
    const chosen = question.chosen[name] ?? none;
    const given = {
      name,
      facet: counted.get(name),
      chosen,
      onChoose: choose,
      onWhole: openWhole,
      isWhole: whole.has(name),
    };
    return given.isWhole ? (
      <WholeFacet key={name} {...given} base={base} question={question} />
    ) : (
      <OneFacet key={name} {...given} />
    );
  };
  return (
    <Stack gap={0} aria-busy={record.isFetching || content.isFetching || codes.isFetching}>
      {isWaiting ? <FacetSkeleton /> : null}
      {facetNames.map((name) => {
        if (name !== 'code' || isCodeAsked) return facetOf(name);
        return !hasSummaries ? null : (
          <Button key={name} variant="subtle" justify="flex-start" px={0} my={6} onClick={() => setOpen(true)}>
            {t('open-code')}
          </Button>
        );
      })}
      {isCodeAsked && codes.isPending ? <Text role="status">{t('counting')}</Text> : null}
      {isCodeAsked && codes.data?.facets.get('code')?.values.length === 0 ? (
        <Text c="dimmed">{t('no-codes')}</Text>
      ) : null}
      {failed === undefined ? null : <Problem error={failed.error} retry={() => void failed.refetch()} />}
    </Stack>
  );
}

const none: readonly string[] = [];

const plain: ReadonlySet<FacetName> = new Set<FacetName>(['status', 'language', 'fhir-version', 'server']);

function OneFacet(given: FacetProps): ReactElement | null {
  const { name, facet, chosen, onChoose } = given;
  // What is the same for all tells nothing.
  if (plain.has(name) && chosen.length === 0 && (facet?.values.length ?? 0) < 2) return null;
  if (name === 'year') {
    return <YearFacet facet={facet} chosen={chosen} onChoose={(values) => onChoose(name, () => values)} />;
  }
  return <FacetGroup {...given} />;
}

/** More values than the server tells with all facets at once. */
const many = 200;

function WholeFacet({
  base,
  question,
  ...given
}: FacetProps & { base: string; question: CatalogueQuestion }): ReactElement {
  const { name, facet } = given;
  const all = useFacets(base, question, [name], { isAsked: true, most: many });
  return <OneFacet {...given} facet={all.data?.facets.get(name) ?? facet} />;
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
