//! The browser's entry point: takes over the server-rendered page.

use wasm_bindgen::prelude::wasm_bindgen;

/// Called by the page's loader once the wasm is ready.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_lazy(app::app::App);
}
