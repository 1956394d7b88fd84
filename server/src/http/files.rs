//! The files of the built site: the parts of the present build, fonts, icons. What is named by its content is kept by browsers for ever,
//! and everything comes compressed as the build left it (`build/split`).

use super::SiteState;
use app::parts::PageParts;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use std::path::Path;
use std::sync::Arc;
use tower_http::services::{ServeDir, ServeFile};

/// The folder of everything that is built.
const PACKAGES: &str = "pkg";
/// The file in it that names the folder of the present build. `cargo leptos watch` builds right into `pkg/` and writes none.
const BUILD: &str = "build";
/// The list of what groups of pages load.
const MANIFEST: &str = "__wasm_split_manifest.json";

/// For ever: another content has another name.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// Asked for again each time.
const ASK_AGAIN: &str = "no-cache";
/// What has one name for all times and seldom changes.
const AN_HOUR: &str = "public, max-age=3600";

/// The path of the present build, below the site's root.
pub fn present_build(root: &Path) -> String {
    let named = std::fs::read_to_string(root.join(PACKAGES).join(BUILD)).unwrap_or_default();
    match named.trim() {
        name if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric()) => format!("{PACKAGES}/{name}"),
        _ => PACKAGES.to_owned(),
    }
}

/// What pages are told about the parts of the present build.
pub fn page_parts(root: &Path) -> PageParts {
    let build = present_build(root);
    let folder = root.join(&build);
    let manifest = std::fs::read_to_string(folder.join(MANIFEST)).unwrap_or_default();
    let groups = serde_json::from_str(&manifest).unwrap_or_else(|error| {
        tracing::warn!(folder = %folder.display(), %error, "failed to read the list of the site's parts; pages load their parts late");
        Default::default()
    });
    // cargo-leptos names it without the ending that wasm-bindgen gives.
    let main = if folder.join("docket.wasm").is_file() { "docket.wasm" } else { "docket_bg.wasm" };
    PageParts { folder: format!("/{build}"), main, groups }
}

/// The files of the site root: its folders and top-level files, each at its own path, so that pages never touch the disk.
pub fn router(site: &SiteState) -> Router {
    let mut router = Router::new();
    let root = &site.config.site_root;
    let entries = match std::fs::read_dir(root) {
        Ok(entries) => entries,
        Err(error) => {
            tracing::warn!(folder = %root.display(), %error, "failed to read the folder of the site; pages have neither style nor script");
            return router;
        }
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let Some(name) = entry.file_name().to_str().map(str::to_owned).filter(|name| !name.starts_with('.')) else { continue };
        if path.is_dir() {
            let folder = ServeDir::new(&path).precompressed_br().precompressed_gzip().append_index_html_on_directories(false);
            router = router.nest_service(&format!("/{name}"), folder);
        } else if file_of_its_own(&path) {
            let file = ServeFile::new(&path).precompressed_br().precompressed_gzip();
            router = router.route_service(&format!("/{name}"), file);
        }
    }
    if !router.has_routes() {
        return router;
    }
    let build: Arc<str> = site.parts.folder.as_str().into();
    router.route_layer(middleware::from_fn_with_state(build, say_how_long))
}

/// Not a compressed twin of another file.
fn file_of_its_own(path: &Path) -> bool {
    path.extension().is_none_or(|extension| extension != "br" && extension != "gz")
}

/// Says how long a browser may keep what it got. What is not there may be there in a moment, when a new build is put in place.
async fn say_how_long(State(build): State<Arc<str>>, request: Request, next: Next) -> Response {
    let kept = kept(request.uri().path(), &build);
    let mut response = next.run(request).await;
    let found = response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(if found { kept } else { "no-store" }));
    response
}

/// How long browsers keep what has this path; `build` is that of the present build's folder.
fn kept(path: &str, build: &str) -> &'static str {
    let in_build = build.len() > PACKAGES.len() + 1 && path.strip_prefix(build).is_some_and(|rest| rest.starts_with('/'));
    match path.rsplit('/').next() {
        _ if in_build => FOR_EVER,
        Some(name) if is_named_by_content(name) => FOR_EVER,
        _ if path.matches('/').count() > 1 => ASK_AGAIN,
        _ => AN_HOUR,
    }
}

/// Whether a file carries the fingerprint of its content, as in `icons.0123abcd.svg`.
fn is_named_by_content(name: &str) -> bool {
    name.split('.').any(|part| part.len() == 8 && part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_by_its_content_is_kept_for_ever_and_nothing_else() {
        let build = "/pkg/0123456789abcdef";
        assert_eq!(kept("/pkg/0123456789abcdef/docket.js", build), FOR_EVER);
        assert_eq!(kept("/pkg/0123456789abcdee/docket.js", build), ASK_AGAIN);
        assert_eq!(kept("/pkg/docket.js", "/pkg"), ASK_AGAIN);
        assert_eq!(kept("/pkg/build", build), ASK_AGAIN);
        assert_eq!(kept("/fonts/hyperlegible.2706b1ee.woff2", build), FOR_EVER);
        assert_eq!(kept("/fonts/OFL.txt", build), ASK_AGAIN);
        assert_eq!(kept("/icons.1254362d.svg", build), FOR_EVER);
        assert_eq!(kept("/favicon.svg", build), AN_HOUR);
    }
}
