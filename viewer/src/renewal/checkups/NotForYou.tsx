// What those see who may not read check-ups: that, and why.
import { signedIn } from '../../state/account';
import { Head, SignInHint } from '../parts';
import { texts } from './words';

export function NotForYou({ title }: { title: string }) {
  return (
    <>
      <Head title={title} under={texts.value.listNote} />
      <SignInHint />
      {signedIn.value && <p class="n-empty">{texts.value.deniedNote}</p>}
    </>
  );
}
