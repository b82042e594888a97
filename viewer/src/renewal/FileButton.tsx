// A field that takes files: a button in the page's words with the name of what was chosen. The browser's own says it in
// the browser's language.
//
// In: what is taken. Out: the files. Called by the forms that take tables, photographs and shapes.
import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { words } from './words';

interface Props {
  readonly label: string;
  readonly note?: string;
  readonly accept: string;
  readonly multiple?: boolean;
  readonly disabled?: boolean;
  /** Whether what was chosen is told elsewhere. */
  readonly unnamed?: boolean;
  readonly choose: (files: readonly File[]) => void;
}

export function FileButton({ label, note, accept, multiple = false, disabled = false, unnamed = false, choose }: Props) {
  const t = words.value;
  const [id, told] = [useId(), useSignal<string | null>(null)];
  return (
    <div class="n-field">
      <span id={`${id}-label`}>
        {label} {note !== undefined && <small>{note}</small>}
      </span>
      <div class="n-file">
        <label class="button quiet" data-disabled={disabled ? '' : undefined}>
          {multiple ? t.chooseFiles : t.chooseFile}
          <input
            class="n-unseen"
            type="file"
            accept={accept}
            multiple={multiple}
            disabled={disabled}
            aria-label={label}
            aria-describedby={unnamed ? undefined : `${id}-name`}
            onChange={({ currentTarget }) => {
              const files = [...(currentTarget.files ?? [])];
              // The same file can be chosen again once it is mended, or was taken out.
              currentTarget.value = '';
              if (files.length === 0) return;
              told.value = files.map(({ name }) => name).join(t.and);
              choose(files);
            }}
          />
        </label>
        {!unnamed && (
          <span id={`${id}-name`} class="n-note" role="status">
            {told.value ?? t.noFile}
          </span>
        )}
      </div>
    </div>
  );
}
