// The address of a file that lies in the page alone: a photograph or a recording before it is sent.
//
// In: the file. Out: its address, empty for a moment, and given back when what shows it goes. Called by the forms of a report.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

export function useAddress(file: Blob): string {
  const address = useSignal('');
  useEffect(() => {
    const made = URL.createObjectURL(file);
    address.value = made;
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return address.value;
}
