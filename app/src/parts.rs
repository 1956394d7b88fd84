//! Parts of the site that the browser loads when a page wants them: what the server tells about them, and what happens when one cannot be
//! had. It may belong to an older build than the server's, as the page was opened before; then the page that is wanted is loaded again,
//! whole. Or the server is out of reach; then the part is asked for until it comes, and the present page stays.

use crate::ui::toast::use_toasts;
use leptos::prelude::*;
#[cfg(feature = "hydrate")]
use std::pin::Pin;

/// Where the browser finds the parts of the present build. Provided by the server's layers.
#[cfg(feature = "ssr")]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageParts {
    /// The address of their folder.
    pub folder: String,
    /// The main module, in the folder.
    pub main: &'static str,
    /// The files of each group of pages, in the folder, without their ending.
    pub groups: std::collections::BTreeMap<String, Vec<String>>,
}

/// The parts as the server knows them.
#[cfg(feature = "ssr")]
pub fn use_parts() -> std::sync::Arc<PageParts> {
    use_context().unwrap_or_default()
}

/// On the server: tells the browser, before it reads the page, which parts the page will want; they come behind what paints it.
#[cfg(not(feature = "hydrate"))]
pub fn announce(group: &str) {
    #[cfg(not(feature = "ssr"))]
    let _ = group;
    #[cfg(feature = "ssr")]
    announce_files(group);
}

#[cfg(feature = "ssr")]
fn announce_files(group: &str) {
    use http::{HeaderValue, header};
    let Some(response) = use_context::<leptos_axum::ResponseOptions>() else { return };
    let parts = use_parts();
    for file in parts.groups.get(group).into_iter().flatten() {
        let link = format!("<{}/{file}.wasm>; rel=preload; as=fetch; crossorigin; fetchpriority=low", parts.folder);
        if let Ok(link) = HeaderValue::from_str(&link) {
            response.append_header(header::LINK, link);
        }
    }
}

/// A part that did not come. What it would have shown is not there.
pub struct MissingPart;

#[cfg(feature = "hydrate")]
impl From<leptos::wasm_split::SplitLoaderError> for MissingPart {
    fn from(_: leptos::wasm_split::SplitLoaderError) -> Self {
        Self
    }
}

/// What the script in the page's head says in the same way, before any of this is there (`document.rs`).
#[cfg(feature = "hydrate")]
const RENEWED_AT: &str = "docket.renewed-at";
#[cfg(feature = "hydrate")]
const RENEWED: &str = "docket.renewed";

/// A page is not loaded again by itself sooner than this after the last time: it would not help.
#[cfg(feature = "hydrate")]
const RENEWS_EACH: u64 = 20_000;

/// The pause before a part is asked for again.
#[cfg(feature = "hydrate")]
const PAUSE: u32 = 2_000;

/// Defines a part that a page loads only when something is to be shown that few ask for: what makes it, by the name of a function.
macro_rules! late_part {
    ($(#[$about:meta])* $group:ident, $name:ident: $maker:ty = $made:expr) => {
        $(#[$about])*
        #[cfg(feature = "hydrate")]
        #[leptos::wasm_split::wasm_split($group, wasm_split_path = leptos::wasm_split, fallible)]
        fn $name() -> Result<$maker, $crate::parts::MissingPart> {
            Ok($made)
        }

        $(#[$about])*
        #[cfg(not(feature = "hydrate"))]
        async fn $name() -> Result<$maker, $crate::parts::MissingPart> {
            Ok($made)
        }
    };
}
pub(crate) use late_part;

/// What a late part gives, once it is there; it is asked for when it is first wanted. When it does not come, the person is told, and
/// `forget` takes the wish back.
pub fn use_late_part<T, F>(
    wanted: impl Fn() -> bool + 'static,
    load: impl Fn() -> F + Copy + 'static,
    forget: impl Fn() + Copy + 'static,
) -> RwSignal<Option<T>>
where
    T: Copy + Send + Sync + 'static,
    F: Future<Output = Result<T, MissingPart>> + 'static,
{
    let made = RwSignal::new(None);
    let toasts = use_toasts();
    Effect::new(move |_| {
        if !wanted() || made.with_untracked(Option::is_some) {
            return;
        }
        leptos::task::spawn_local(async move {
            match load().await {
                Ok(part) => {
                    made.try_set(Some(part));
                }
                Err(MissingPart) => {
                    forget();
                    toasts.show("This could not be loaded. Try again in a minute, or reload the page.".to_owned(), None);
                }
            }
        });
    });
    made
}

/// The page that a part shows, once the part is there.
#[cfg(feature = "hydrate")]
pub async fn wait_for(part: &dyn Fn() -> Pin<Box<dyn Future<Output = Result<AnyView, MissingPart>>>>) -> AnyView {
    use crate::error::CallError;
    use crate::session::api::me;
    use leptos_router::hooks::{use_location, use_url};

    let wanted = use_url().get_untracked();
    let shown = use_location().pathname;
    let toasts = use_toasts();
    // What appears while the browser still takes the page over would not be.
    let mut told = !document().document_element().is_some_and(|root| root.has_attribute("data-ready"));
    loop {
        match part().await {
            Ok(view) => return view,
            // Somebody went on to another page.
            Err(MissingPart) if shown.try_get_untracked().is_none_or(|path| path != wanted.path()) => return ().into_any(),
            Err(MissingPart) => {}
        }
        let words = match me().await {
            Err(CallError::Offline) => "This page is not on your device yet. It opens as soon as you are back online.",
            _ if renew(&wanted) => return std::future::pending().await,
            _ => "This page could not be loaded. Reload it, or try again in a minute.",
        };
        if !told {
            toasts.show(words.to_owned(), None);
            told = true;
        }
        gloo_timers::future::TimeoutFuture::new(PAUSE).await;
    }
}

/// Loads the page at this address whole, from the server as it is now; unless that was just done.
#[cfg(feature = "hydrate")]
fn renew(wanted: &leptos_router::location::Url) -> bool {
    let Ok(Some(storage)) = window().session_storage() else { return false };
    // Whole milliseconds: what reads and writes fractions would be a twentieth of the first module.
    let now = js_sys::Date::now() as u64;
    let last = storage.get_item(RENEWED_AT).ok().flatten().and_then(|at| at.parse::<u64>().ok());
    if last.is_some_and(|last| now < last.saturating_add(RENEWS_EACH)) {
        return false;
    }
    let _ = storage.set_item(RENEWED_AT, &now.to_string());
    let _ = storage.set_item(RENEWED, "1");
    let question = if wanted.search().is_empty() { "" } else { "?" };
    let address = format!("{}{question}{}{}", wanted.path(), wanted.search(), wanted.hash());
    let here = window().location();
    let is_here = |part: Result<String, _>, text: &str| part.is_ok_and(|part| part == text);
    // An address that differs in nothing would only be scrolled to.
    let loads = if is_here(here.pathname(), wanted.path()) { here.reload() } else { here.assign(&address) };
    loads.is_ok()
}

/// Says on the document that the page answers to keys and clicks: tests and assistive scripts wait for it instead of guessing. Called by
/// each page's own part, which the browser may load after all the rest.
pub fn page_is_live() {
    tell_of_renewal();
    Effect::new(|_| {
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-ready", "");
        }
    });
}

/// Says once why the page was loaded again; when the page is alive, as what appeared before would not be taken over.
fn tell_of_renewal() {
    let toasts = use_toasts();
    Effect::new(move |_| {
        request_animation_frame(move || {
            if was_renewed() {
                let words = "Docket was updated while this page was open, so it was loaded again. What you typed into forms is kept.";
                toasts.show(words.to_owned(), None);
            }
        });
    });
}

#[cfg(feature = "hydrate")]
fn was_renewed() -> bool {
    let Ok(Some(storage)) = window().session_storage() else { return false };
    let renewed = storage.get_item(RENEWED).is_ok_and(|flag| flag.is_some());
    renewed && storage.remove_item(RENEWED).is_ok()
}

/// The server loads nothing.
#[cfg(not(feature = "hydrate"))]
fn was_renewed() -> bool {
    false
}
