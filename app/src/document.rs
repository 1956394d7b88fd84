//! The document around the application: what is asked for first, so that the page paints early, and what brings it to life behind.

#[cfg(feature = "ssr")]
use leptos::prelude::*;

/// Until the page is live, a form that only the page itself can send waits: it is sent once the page is, with what was typed. Forms with an
/// address of their own are sent at once.
#[cfg(feature = "ssr")]
const EARLY_FORMS: &str = r#"addEventListener("submit",e=>{
const form=e.target,root=document.documentElement;
if(form.hasAttribute("action")||form.method==="dialog"||root.hasAttribute("data-ready"))return;
e.preventDefault();
if(form.ariaBusy)return;
form.ariaBusy="true";
new MutationObserver((_,watch)=>{
if(!root.hasAttribute("data-ready"))return;
watch.disconnect();
form.ariaBusy=null;
requestAnimationFrame(()=>requestAnimationFrame(()=>form.isConnected&&form.requestSubmit()));
}).observe(root,{attributes:true});
},true)"#;

/// Loads the main module and lets it take over the page, once the page has been painted: what takes over keeps a browser from painting. A
/// page that nobody looks at is not painted, and waits a moment only. When the module is not there, this page is older than the server's build, and is loaded
/// again, once (the words are those of `parts.rs`).
#[cfg(feature = "ssr")]
const START: &str = r#"(async(folder,main)=>{
const script=`${folder}/docket.js`;
let site;
try{
const painted=new Promise(go=>{setTimeout(go,200);requestAnimationFrame(()=>setTimeout(go))});
site=await import(script);
await painted;
await site.default({module_or_path:`${folder}/${main}`});
}catch(error){
const {status}=await fetch(script,{method:"HEAD",cache:"no-store"});
if(status!==404||Date.now()-sessionStorage.getItem("docket.renewed-at")<20000)throw error;
sessionStorage.setItem("docket.renewed-at",Date.now());
sessionStorage.setItem("docket.renewed","1");
return location.reload();
}
site.hydrate();
})"#;

/// What text is set in; `style/base.css` names the same files.
#[cfg(feature = "ssr")]
const FONTS: [&str; 2] = ["/fonts/atkinson-hyperlegible-next.18b2a1a3.woff2", "/fonts/atkinson-hyperlegible-mono.2706b1ee.woff2"];

/// The whole HTML document. Its head asks for what paints the page first; what brings it to life comes behind.
#[cfg(feature = "ssr")]
pub fn document(options: LeptosOptions) -> impl IntoView {
    use leptos_meta::MetaTags;
    let entry = use_context::<crate::context::ServerContext>();
    let accent = entry.as_ref().and_then(|entry| entry.me.as_ref()?.accent);
    let accent = accent.map(|colour| format!("/accent/{}.css", colour.to_string().trim_start_matches('#')));
    let theme = entry.and_then(|entry| entry.theme);
    let parts = crate::parts::use_parts();
    let (folder, main) = (&parts.folder, parts.main);
    let fonts = FONTS.map(|font| view! { <link rel="preload" href=font r#as="font" r#type="font/woff2" crossorigin="" /> });
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
                <meta name="color-scheme" content="light dark" />
                <meta name="theme-color" content="#f0f1ee" media="(prefers-color-scheme: light)" />
                <meta name="theme-color" content="#0b1114" media="(prefers-color-scheme: dark)" />
                <link rel="stylesheet" href=format!("{folder}/docket.css") />
                {accent.map(|sheet| view! { <link rel="stylesheet" href=sheet /> })}
                {fonts}
                <link rel="modulepreload" href=format!("{folder}/docket.js") fetchpriority="low" />
                <link rel="modulepreload" href=format!("{folder}/__wasm_split.______________________.js") fetchpriority="low" />
                <link rel="preload" href=format!("{folder}/{main}") r#as="fetch" r#type="application/wasm" crossorigin="" fetchpriority="low" />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="manifest" href="/manifest.webmanifest" />
                <AutoReload options />
                <script nonce=leptos::nonce::use_nonce()>{EARLY_FORMS}</script>
                <script type="module" nonce=leptos::nonce::use_nonce()>{format!("{START}({folder:?},{main:?})")}</script>
                <MetaTags />
            </head>
            <body>
                <crate::app::App />
            </body>
        </html>
    }
}
