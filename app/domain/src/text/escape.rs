//! Text inside of markup: written so that it reads as text, and neither begins nor ends an element.

/// Text between elements, in HTML and in what Slack takes.
pub fn escape_markup(text: &str) -> String {
    escape(text, false)
}

/// Text anywhere in HTML, also between the quotation marks of an attribute.
pub fn escape_html(text: &str) -> String {
    escape(text, true)
}

fn escape(text: &str, quotes: bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' if quotes => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_reads_as_the_text_it_was() {
        let text = "</title> \"é\" &amp;";
        assert_eq!(escape_markup(text), "&lt;/title&gt; \"é\" &amp;amp;");
        assert_eq!(escape_html(text), "&lt;/title&gt; &quot;é&quot; &amp;amp;");
        assert_eq!((escape_markup(""), escape_html("plain ü")), (String::new(), "plain ü".to_owned()));
    }
}
