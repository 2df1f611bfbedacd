/** A link to the explorer for what lies on a FHIR server, and a plain one for anything else. */
import { Anchor } from '@mantine/core';
import type { ReactElement } from 'react';
import { LinkText } from '../part/link.tsx';
import { home } from '../server/home.ts';

/** Base and path of a resource or a search: `https://a.example/fhir` and `Patient?_tag=x`. */
const fhirAddress = /^(https?:\/\/.+?)\/([A-Z][A-Za-z]{1,63}(?:[/?].*)?)$/;

export function ExploreLink({ address, text }: { address: string; text: string }): ReactElement {
  const [, base, path] = fhirAddress.exec(address) ?? [];
  if (base === undefined || path === undefined) {
    return (
      <Anchor href={address} size="sm" dir="auto" underline="always">
        {text}
      </Anchor>
    );
  }
  const [place = '', query = ''] = path.split(/\?(.*)/s);
  const search: Record<string, string[]> = {};
  for (const [name, value] of new URLSearchParams(query)) (search[name] ??= []).push(value);
  return (
    <LinkText
      to="/explore/$"
      params={{ _splat: place }}
      search={{ ...search, ...(base === home ? {} : { at: base }) }}
      size="sm"
      underline="always"
      dir="auto"
    >
      {text}
    </LinkText>
  );
}
