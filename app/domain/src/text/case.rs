//! Lower and upper case. In the browser its own functions serve, so that their tables need not be sent.

#[cfg(not(target_arch = "wasm32"))]
pub fn lower_case(text: &str) -> String {
    text.to_lowercase()
}

#[cfg(target_arch = "wasm32")]
pub fn lower_case(text: &str) -> String {
    if text.is_ascii() { text.to_ascii_lowercase() } else { js_sys::JsString::from(text).to_lower_case().into() }
}

#[cfg(not(target_arch = "wasm32"))]
pub fn upper_case(text: &str) -> String {
    text.to_uppercase()
}

#[cfg(target_arch = "wasm32")]
pub fn upper_case(text: &str) -> String {
    if text.is_ascii() { text.to_ascii_uppercase() } else { js_sys::JsString::from(text).to_upper_case().into() }
}

/// "service desk hours" of "Service desk hours": for the middle of a sentence.
pub fn lower_first(text: &str) -> String {
    let (first, rest) = split_first(text);
    lower_case(first) + rest
}

/// "Service desk hours" of "service desk hours": for the beginning of a sentence.
pub fn upper_first(text: &str) -> String {
    let (first, rest) = split_first(text);
    upper_case(first) + rest
}

fn split_first(text: &str) -> (&str, &str) {
    text.split_at(text.chars().next().map_or(0, char::len_utf8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_letter_alone_changes_whatever_it_is() {
        assert_eq!(lower_first("Service Desk"), "service Desk");
        assert_eq!(upper_first("ölwechsel HEUTE"), "Ölwechsel HEUTE");
        assert_eq!(upper_first("ßa"), "SSa");
        assert_eq!((lower_first(""), upper_first("")), (String::new(), String::new()));
    }
}
