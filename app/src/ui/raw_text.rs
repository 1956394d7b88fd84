//! Text inside of `<title>` and `<textarea>`, whose children the framework writes into the page as they are. Nobody else gives these two
//! elements children (`server/tests/it/tidy.rs`).

#[cfg(feature = "ssr")]
use domain::text::escape_markup;

/// The child of a `<textarea>`: what is in it when the page is loaded. Browsers leave out a line break that comes first, so one is put
/// before it. Once the page is live nobody looks at it again: what is in the area is its value.
pub fn area_text(text: String) -> String {
    #[cfg(feature = "ssr")]
    return if text.starts_with('\n') { format!("\n{}", escape_markup(&text)) } else { escape_markup(&text) };
    #[cfg(not(feature = "ssr"))]
    text
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn text_ends_no_element_and_reads_as_it_was() {
        assert_eq!(area_text("</textarea><b>&amp;".to_owned()), "&lt;/textarea&gt;&lt;b&gt;&amp;amp;");
        assert_eq!(area_text("\n\nlast".to_owned()), "\n\n\nlast");
    }
}
