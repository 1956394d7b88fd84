// Writes public/icons.<fingerprint>.svg, one symbol per icon, and its name into app/src/ui/icon.rs, from the outlines of the npm package lucide-static:
//   node frontend/icons.mjs <folder of lucide-static>/icons
// Every name below is either used by a screen or may stand in a catalog item's `icon`.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';

const names = `alarm-clock app-window arrow-left arrow-left-right arrow-right arrow-up arrow-up-right badge-check ban bell book-open box boxes bug
  building building-2 calendar calendar-clock camera chart-column check check-check chevron-down chevron-left chevron-right chevrons-up-down
  circle circle-alert circle-check circle-dot circle-help circle-pause circle-slash circle-x clipboard-check clipboard-list clock cloud
  cloud-check cloud-off cloud-upload code cog copy cpu credit-card database door-open ellipsis eye file file-check file-code file-code-2
  file-plus-2 file-text files filter flag folder gauge git-branch globe hand hard-drive hash headphones heart-pulse history hourglass house
  id-card image inbox info key key-round keyboard landmark laptop layers layout-grid life-buoy lightbulb link list list-checks list-filter loader-circle lock
  log-in log-out mail map-pin map-pin-check menu message-circle-question-mark message-square mic microscope minus monitor moon network package
  paperclip pause pencil phone play plug plus presentation printer radio-tower receipt refresh-cw rocket rotate-ccw rotate-cw route save scan-search
  scroll-text search send server settings shield shield-alert shield-check shopping-cart smartphone sparkles split star sun sun-moon tag terminal
  thermometer ticket timer toggle-left toggle-right trash-2 triangle-alert truck undo-2 upload user user-check user-cog user-plus user-round
  user-round-check user-round-plus users users-round video webhook wifi wifi-off workflow wrench x zap`.split(/\s+/);

const folder = process.argv[2];
const symbols = names.map((name) => {
  const svg = readFileSync(`${folder}/${name}.svg`, 'utf8');
  const inner = svg.replace(/<!--[\s\S]*?-->/g, '').replace(/^[\s\S]*?<svg[^>]*>/, '').replace(/<\/svg>\s*$/, '');
  return `<symbol id="${name}" viewBox="0 0 24 24">${inner.replace(/\s*\n\s*/g, '')}</symbol>`;
});
const sprite = `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join('\n')}\n</svg>\n`;
const name = `icons.${createHash('sha256').update(sprite).digest('hex').slice(0, 8)}.svg`;
const shared = new URL('public/', import.meta.url);
for (const old of readdirSync(shared).filter((file) => /^icons\..*svg$/.test(file))) rmSync(new URL(old, shared));
writeFileSync(new URL(name, shared), sprite);
const component = new URL('../app/src/ui/icon.rs', import.meta.url);
writeFileSync(component, readFileSync(component, 'utf8').replace(/icons\.[0-9a-f]{8}\.svg/, name));
