//! The document and the frame around every page: sidebar, top bar and tab bar.

mod frame;
pub mod keys;
pub mod offline;
pub mod press;
pub mod theme;

pub use frame::Frame;

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

/// The whole HTML document.
#[cfg(feature = "ssr")]
pub fn shell(options: LeptosOptions) -> impl IntoView {
    use leptos_meta::MetaTags;
    let theme = use_context::<crate::context::Entry>().and_then(|entry| entry.theme);
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
                <meta name="color-scheme" content="light dark" />
                <meta name="theme-color" content="#f0f1ee" media="(prefers-color-scheme: light)" />
                <meta name="theme-color" content="#0b1114" media="(prefers-color-scheme: dark)" />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="manifest" href="/manifest.webmanifest" />
                <link rel="stylesheet" href="/pkg/docket.css" />
                <AutoReload options=options.clone() />
                <script nonce=leptos::nonce::use_nonce()>{EARLY_FORMS}</script>
                <HydrationScripts options />
                <MetaTags />
            </head>
            <body>
                <crate::app::App />
            </body>
        </html>
    }
}
