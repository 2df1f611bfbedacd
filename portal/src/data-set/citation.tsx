/** How to cite the data set: a sentence, and files for reference managers. */
import { Button, Code, Group, SegmentedControl, Stack, Text } from '@mantine/core';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  bibtexOf,
  citationOf,
  citationText,
  cslJsonOf,
  type DataSetDescription,
  risOf,
} from '../../../src/fair/landing/index.ts';
import { Copy } from '../part/copy.tsx';
import { Section } from './section.tsx';

const formats = ['text', 'bibtex', 'ris', 'csl'] as const;
type Format = (typeof formats)[number];

const names: Readonly<Record<Format, string>> = { text: 'Text', bibtex: 'BibTeX', ris: 'RIS', csl: 'CSL' };
const files: Readonly<Record<Format, { ending: string; type: string }>> = {
  text: { ending: 'txt', type: 'text/plain' },
  bibtex: { ending: 'bib', type: 'text/x-bibtex' },
  ris: { ending: 'ris', type: 'application/x-research-info-systems' },
  csl: { ending: 'csl.json', type: 'application/vnd.citationstyles.csl+json' },
};

function written(one: DataSetDescription, format: Format): string {
  const citation = citationOf(one);
  switch (format) {
    case 'text':
      return `${citationText(citation)}\n`;
    case 'bibtex':
      return bibtexOf(citation);
    case 'ris':
      return risOf(citation);
    case 'csl':
      return `${JSON.stringify(cslJsonOf(citation), null, 2)}\n`;
  }
}

export function Citation({ one }: { one: DataSetDescription }): ReactElement {
  const { t } = useTranslation('data-set');
  const [format, setFormat] = useState<Format>('text');
  const text = written(one, format);
  return (
    <Section title={t('cite')} framed>
      <Stack gap="sm">
        <SegmentedControl
          size="xs"
          fullWidth
          aria-label={t('citation-format')}
          data={formats.map((value) => ({ value, label: value === 'text' ? t('sentence') : names[value] }))}
          value={format}
          onChange={(value) => setFormat(formats.find((each) => each === value) ?? 'text')}
        />
        {format === 'text' ? (
          <Text size="sm" dir="auto" data-testid="citation" lineClamp={12}>
            {text}
          </Text>
        ) : (
          <Code block dir="auto" mah={260} tabIndex={0} data-testid="citation">
            {text}
          </Code>
        )}
        <Group gap="xs">
          <Copy text={text} what={t('citation')} />
          <Button variant="default" size="compact-sm" onClick={() => save(text, one.id, format)}>
            {t('download-as', { format: names[format] })}
          </Button>
        </Group>
      </Stack>
    </Section>
  );
}

/** A file of what is shown, also of data sets on servers that have no such files. */
function save(text: string, id: string, format: Format): void {
  const { ending, type } = files[format];
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = `${id}.${ending}`;
  link.click();
  URL.revokeObjectURL(address);
}
