// Starts what shows projects of renewal in the scene: what keeps them, and their symbols. Fetched when one is first wanted.
import { effect } from '@preact/signals-core';
import { ProjectSymbols } from '../layers/projects';
import { goToSelection } from '../state/actions';
import { startProjectBook } from '../state/project-book';
import { projectSought } from '../state/projects';
import { selectedBox, selection } from '../state/selection';
import type { Parts } from './testing';

export function start({ viewport, picking }: Parts): void {
  startProjectBook();
  picking.projects = new ProjectSymbols(viewport);
  effect(() => {
    if (!projectSought.value || selection.value?.type !== 'project' || !selectedBox.value) return;
    queueMicrotask(() => {
      projectSought.value = false;
      goToSelection();
    });
  });
}
