// Photographs of a value: small, each leading to its larger one; those that wait to be sent are shown from the browser.
import { useSignal } from '@preact/signals';
import { useEffect, useId } from 'preact/hooks';
import { photoAddress } from '../../api/photos';
import { Icon } from '../../panels/Icon';
import type { Form } from '../../state/renewal/checkups-form';
import { PHOTOS_MOST, type DraftPhoto, type PhotoFiles } from '../../state/renewal/checkups-photos';
import { texts } from './words';

interface Props {
  /** Indicator and object. */
  readonly of: string;
  readonly name: string;
  readonly form: Form;
}

/** Those of a field: taken, chosen, taken out. */
export function FieldPhotos({ of, name, form }: Props) {
  const t = texts.value;
  const id = useId();
  const photos = form.photosAt(of);
  const without = (photo: DraftPhoto): void => form.write(of, { photos: photos.filter((one) => one !== photo) });
  return (
    <div class="k-photos">
      {photos.map((photo, at) => (
        <figure key={photo.local ?? photo.id}>
          {photo.local === null ? <Shown id={photo.id ?? ''} label={t.photo(name, at + 1)} /> : <Waiting local={photo.local} files={form.files} label={t.photo(name, at + 1)} />}
          <button type="button" class="tool" aria-label={t.removePhoto(name, at + 1)} title={t.removePhoto(name, at + 1)} onClick={() => without(photo)}>
            <Icon name="x" />
          </button>
        </figure>
      ))}
      {photos.length < PHOTOS_MOST && (
        <label class="k-add k-photo-add" for={id}>
          <Icon name="plus" />
          {t.addPhotos}
          <input
            id={id}
            class="n-unseen"
            type="file"
            accept="image/jpeg,image/png,image/webp"
            multiple
            aria-label={`${t.addPhotos}${t.of}${name}`}
            onChange={({ currentTarget }) => {
              const files = [...(currentTarget.files ?? [])];
              // The same file can be chosen again after it was taken out.
              currentTarget.value = '';
              void form.addPhotos(of, files);
            }}
          />
        </label>
      )}
      {photos.length >= PHOTOS_MOST && <small>{t.photosMost(PHOTOS_MOST)}</small>}
    </div>
  );
}

/** Those of a value that is only shown. */
export function Photos({ ids, name }: { ids: readonly string[]; name: string }) {
  if (ids.length === 0) return null;
  return (
    <div class="k-photos">
      {ids.map((id, at) => (
        <figure key={id}>
          <Shown id={id} label={texts.value.photo(name, at + 1)} />
        </figure>
      ))}
    </div>
  );
}

const Shown = ({ id, label }: { id: string; label: string }) => (
  <a href={photoAddress(id, 'large')} target="_blank" rel="noopener">
    <img src={photoAddress(id, 'small')} alt={label} loading="lazy" />
  </a>
);

function Waiting({ local, files, label }: { local: string; files: PhotoFiles; label: string }) {
  const address = useSignal('');
  useEffect(() => {
    let made = '';
    let over = false;
    void files.get(local).then((file) => {
      if (!file || over) return;
      made = URL.createObjectURL(file);
      address.value = made;
    });
    return () => {
      over = true;
      if (made !== '') URL.revokeObjectURL(made);
    };
  }, [local]);
  return address.value === '' ? <span class="k-photo-none" role="img" aria-label={label} /> : <img src={address.value} alt={label} />;
}
