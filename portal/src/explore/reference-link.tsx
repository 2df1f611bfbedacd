/** A reference as a link into the explorer: to a resource here or on another server, to what is contained, to what states a canonical. https://hl7.org/fhir/R4B/references.html */
import { Anchor, Text } from '@mantine/core';
import type { ReactElement } from 'react';
import { LinkText } from '../part/link.tsx';
import { atOf, canonicalTarget, type Target, targetOf } from './place.ts';

export function ReferenceLink({
  reference,
  base,
  text,
}: {
  reference: string;
  base: string;
  text?: string;
}): ReactElement {
  return <TargetLink target={targetOf(reference, base)} base={base} text={text ?? reference} />;
}

export function CanonicalLink({ canonical, base }: { canonical: string; base: string }): ReactElement {
  return <TargetLink target={canonicalTarget(canonical)} base={base} text={canonical} />;
}

/** Where it leads out of the portal, it says so by its address. */
function TargetLink({ target, base, text }: { target: Target; base: string; text: string }): ReactElement {
  switch (target.kind) {
    case 'resource':
      return (
        <LinkText to="/explore/$" params={{ _splat: target.path }} search={atOf(target.base)} dir="auto">
          {text}
        </LinkText>
      );
    case 'contained':
      return (
        <Anchor href={`#contained-${target.id}`} dir="auto">
          {text}
        </Anchor>
      );
    case 'canonical':
      return (
        <LinkText
          to="/explore/$"
          params={{ _splat: target.type }}
          search={{ ...atOf(base), q: new URLSearchParams({ url: target.url }).toString() }}
        >
          {text}
        </LinkText>
      );
    case 'web':
      return (
        <Anchor href={target.url} rel="noopener noreferrer nofollow" target="_blank">
          {text}
        </Anchor>
      );
    case 'none':
      return (
        <Text component="span" dir="auto">
          {text}
        </Text>
      );
  }
}
