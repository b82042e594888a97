// A view that the form wants to be seen. In: a press. Out: a signal that the camera follows.
import { signal } from '@preact/signals-core';
import type { DisplayPose } from '../../api/displays';

export const lookAt = signal<DisplayPose | null>(null);
