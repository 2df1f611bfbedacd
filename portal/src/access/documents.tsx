/** Documents for those who decide, such as an ethics vote: chosen from the reader's files, and got out of a request again. https://hl7.org/fhir/R4B/datatypes.html#Attachment */
import { Anchor, FileInput, List, Title } from '@mantine/core';
import { type ReactElement, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../part/format.ts';
import type { Json } from '../server/fhir.ts';

/** What all documents of a request may have together: it travels in one resource. */
const mostBytes = 5_000_000;

export const tooLarge = (files: readonly File[]): boolean => files.reduce((sum, { size }) => sum + size, 0) > mostBytes;

export function DocumentChoice({
  files,
  choose,
}: {
  files: readonly File[];
  choose(files: readonly File[]): void;
}): ReactElement {
  const { t } = useTranslation('access');
  return (
    <FileInput
      label={t('documents')}
      description={t('documents-text', { most: formatBytes(mostBytes) })}
      placeholder={t('documents-choose')}
      styles={{ placeholder: { color: 'var(--mantine-color-dimmed)' } }}
      multiple
      clearable
      clearButtonProps={{ 'aria-label': t('clear') }}
      value={[...files]}
      onChange={choose}
      error={tooLarge(files) ? t('documents-too-large') : undefined}
    />
  );
}

/** As inputs of an operation. */
export const documentInputs = (files: readonly File[]): Promise<Json[]> =>
  Promise.all(
    files.map(async (file) => ({
      name: 'document',
      valueAttachment: {
        contentType: file.type === '' ? 'application/octet-stream' : file.type,
        title: file.name,
        data: base64Of(new Uint8Array(await file.arrayBuffer())),
      },
    })),
  );

function base64Of(bytes: Uint8Array): string {
  const step = 0x8000; // as many arguments as every browser takes
  let text = '';
  for (let at = 0; at < bytes.length; at += step) text += String.fromCharCode(...bytes.subarray(at, at + step));
  return btoa(text);
}

export function Documents({ documents }: { documents: readonly Json[] }): ReactElement | null {
  const { t } = useTranslation('access');
  if (documents.length === 0) return null;
  return (
    <section>
      <Title order={3} size="h6" mb={4}>
        {t('documents')}
      </Title>
      <List size="sm">
        {documents.map((one) => (
          <List.Item key={JSON.stringify(one).slice(0, 2000)}>
            <Document attachment={one} />
          </List.Item>
        ))}
      </List>
    </section>
  );
}

/** Saved as a file and never opened here: what somebody sent must not run as a page of this site. */
function Document({ attachment }: { attachment: Json }): ReactElement {
  const { t } = useTranslation('access');
  const { title, url, data } = attachment;
  const name = typeof title === 'string' && title !== '' ? title.slice(0, 200) : t('document');
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    const bytes = typeof data === 'string' ? bytesOf(data) : undefined;
    if (bytes === undefined) return undefined;
    const made = URL.createObjectURL(new Blob([bytes], { type: 'application/octet-stream' }));
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [data]);
  if (address !== undefined)
    return (
      <Anchor href={address} download={name} dir="auto">
        {name}
      </Anchor>
    );
  if (typeof url === 'string' && /^https?:\/\//.test(url))
    return (
      <Anchor href={url} target="_blank" rel="noopener noreferrer" dir="auto">
        {name}
      </Anchor>
    );
  return <span dir="auto">{name}</span>;
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
  } catch {
    return undefined;
  }
}
