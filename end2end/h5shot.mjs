import { chromium } from '@playwright/test';
const url='http://127.0.0.1:3955', js=process.argv[2]==='js';
const b=await chromium.launch({executablePath:'/usr/bin/chromium'});
const shots=[[1440,900,'light'],[1440,900,'dark'],[1000,800,'light'],[390,844,'light'],[360,740,'light'],[1600,900,'light']];
for(const [w,h,theme] of shots){
  const c=await b.newContext({viewport:{width:w,height:h},colorScheme:theme,javaScriptEnabled:js,hasTouch:w<500,isMobile:w<500});
  const p=await c.newPage(); p.on('console',m=>{if(['error','warning'].includes(m.type()))console.log(w,theme,m.type(),m.text().slice(0,600))}); p.on('pageerror',e=>console.log(w,'PAGEERROR',e.message.slice(0,400)));
  await p.goto(url+'/sign-in'); if(w===1440||w===390) await p.screenshot({path:`/tmp/h5/signin-${w}-${theme}.png`});
  await p.fill('#email','ruth.abel@northmoor.example'); await p.fill('#password','docket-demo-2026'); await p.click('button[type=submit]');
  await p.waitForURL(url+'/');
  for(const [n,path] of [['catalog','/'],['profile','/profile'],['missing','/nowhere'],['none','/?q=zzzz']]){
    const r=await p.goto(url+path); if(js) await p.waitForSelector('html[data-ready]');
    const wide=await p.evaluate(()=>document.documentElement.scrollWidth).catch(()=>'?');
    if(wide>w) console.log('SIDEWAYS',w,n,wide);
    console.log(w,theme,n,r.status());
    if(n==='catalog'||w===1440||w===390) await p.screenshot({path:`/tmp/h5/${n}-${w}-${theme}.png`});
  }
  await c.close();
}
await b.close();
