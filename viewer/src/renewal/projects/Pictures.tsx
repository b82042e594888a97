// Photographs of works, small; each leads to its larger one.
import { photoAddress } from '../../api/photos';
import { workWords } from './words';

export function Pictures({ ids }: { ids: readonly string[] }) {
  if (ids.length === 0) return null;
  return (
    <div class="p-photos">
      {ids.map((id, at) => (
        <a key={id} href={photoAddress(id, 'large')} target="_blank" rel="noopener">
          <img src={photoAddress(id, 'small')} alt={workWords.value.photo(at + 1)} loading="lazy" />
        </a>
      ))}
    </div>
  );
}
