/** What the record says of the data set in words of its own: description, purpose, use, narrative. */
import { Stack, Text } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { DataSetDescription } from '../../../src/fair/landing/index.ts';
import { Narrative } from '../part/narrative.tsx';
import { CutText } from './cut-text.tsx';
import { Section } from './section.tsx';

export function Words({ one, narrative }: { one: DataSetDescription; narrative: string | undefined }): ReactElement {
  const { t } = useTranslation('data-set');
  const { description, purpose, usage } = one;
  return (
    <Section title={t('about')}>
      <Stack gap="md">
        {description === undefined ? <Text c="dimmed">{t('no-description')}</Text> : <Paragraphs text={description} />}
        {purpose === undefined ? null : <Named name={t('purpose')} text={purpose} />}
        {usage === undefined ? null : <Named name={t('usage')} text={usage} />}
        {narrative === undefined ? null : (
          <details>
            <summary>{t('narrative')}</summary>
            <Narrative xhtml={narrative} />
          </details>
        )}
      </Stack>
    </Section>
  );
}

function Named({ name, text }: { name: string; text: string }): ReactElement {
  return (
    <div>
      <Text fw={600} size="sm">
        {name}
      </Text>
      <Paragraphs text={text} />
    </div>
  );
}

/** Characters that are shown at once. */
const most = 900;

/** Markdown of FHIR is shown as it was typed. */
function Paragraphs({ text }: { text: string }): ReactElement {
  const { t } = useTranslation('data-set');
  return (
    <Stack gap="xs">
      <CutText text={text} most={most} more={t('show-more')} less={t('show-less')}>
        {(shown) =>
          shown
            .split(/\r?\n\s*\r?\n/)
            .filter((part) => part.trim() !== '')
            .map((part, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: paragraphs have nothing else to tell them apart
              <Text key={at} dir="auto" maw="75ch">
                {part}
              </Text>
            ))
        }
      </CutText>
    </Stack>
  );
}
