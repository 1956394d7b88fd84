import { rmSync } from 'node:fs';
import { seedOnce } from './docket';

/** Before the first journey; what it returns runs after the last. */
export default function seed(): () => void {
  const folder = seedOnce();
  return () => rmSync(folder, { recursive: true, force: true });
}
