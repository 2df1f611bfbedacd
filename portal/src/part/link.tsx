/** Links to pages of the portal that look like Mantine's anchors, buttons and navigation. https://tanstack.com/router/latest/docs/guide/custom-link */
import { Anchor, Button, type ButtonProps, NavLink } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { AnchorHTMLAttributes, ReactElement, Ref } from 'react';

type AnchorButtonProps = ButtonProps &
  Omit<AnchorHTMLAttributes<HTMLAnchorElement>, keyof ButtonProps> & { ref?: Ref<HTMLAnchorElement> };

const AnchorButton = (props: AnchorButtonProps): ReactElement => <Button component="a" {...props} />;

export const LinkText = createLink(Anchor<'a'>);
export const LinkButton = createLink(AnchorButton);
export const LinkEntry = createLink(NavLink<'a'>);
