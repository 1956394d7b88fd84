//! A docket number in a list: prefix soft, code strong, copied as plain text.

use leptos::prelude::*;

/// `IT-7F3K`.
#[component]
pub fn DocketNumber(#[prop(into)] number: String) -> impl IntoView {
    let (prefix, code) = match number.split_once('-') {
        Some((prefix, code)) => (format!("{prefix}-"), code.to_owned()),
        None => (String::new(), number),
    };
    view! {
        <span class="docket-no">
            <span>{prefix}</span>
            {code}
        </span>
    }
    .into_any()
}
