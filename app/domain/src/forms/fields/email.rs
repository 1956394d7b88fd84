//! An e-mail address. Whether somebody reads it is not decided here.

use super::{FieldType, Widget, plain};
use crate::forms::words::subject;
use crate::forms::{Answers, Field};
use crate::text::tidy_code;
use chrono::NaiveDate;
use serde_json::Value;

pub const TYPE: FieldType = FieldType {
    kind: "email",
    label: "E-mail address",
    widget: Widget::Email,
    rules: &["max_length", "pattern", "pattern_words"],
    read,
    check,
    display: plain::display,
};

fn read(_: &Field, text: &str) -> String {
    narrowed(text)
}

/// Whether a text that somebody wrote is an address.
pub fn is_email_address(text: &str) -> bool {
    is_address(&narrowed(text))
}

/// Full-width letters are how keyboards of East Asia write an address.
fn narrowed(text: &str) -> String {
    let narrow = |c| match c {
        '！'..='～' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '。' => '.',
        other => other,
    };
    tidy_code(text).chars().map(narrow).collect()
}

fn check(field: &Field, value: &Value, _: &Answers, _: NaiveDate) -> Result<(), String> {
    let text = read(field, &plain::written(field, value)?);
    if !is_address(&text) {
        return Err(format!("{} must be an e-mail address, like hana@example.com", subject(field)));
    }
    plain::check_text(field, &text, 254)
}

fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let local_char = |c: char| (c.is_alphanumeric() || "!#$%&'*+/=?^_`{|}~.-".contains(c)) && !c.is_control();
    let local_right =
        !local.is_empty() && local.len() <= 64 && local.chars().all(local_char) && local.split('.').all(|part| !part.is_empty());
    let label_right = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    local_right && text.len() <= 254 && domain.contains('.') && domain.split('.').all(label_right)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{field, message};
    use serde_json::json;

    #[test]
    fn addresses_pass_and_other_texts_do_not() {
        for right in [
            "\u{200b}hana@example.com",
            "hana＠example．com",
            "max@straße.de",
            "hana@example.com",
            " a.b+c@sub.example.co.uk ",
            "o'neil@example.ie",
            "jürg@müller.ch",
        ] {
            assert_eq!(message(&field("email"), json!(right)), "", "{right}");
        }
        let long = format!("{}@example.com", "a".repeat(65));
        for wrong in [
            "hana",
            "@example.com",
            "hana@",
            "hana@example",
            "ha na@example.com",
            "a@b@c.com@",
            "a..b@example.com",
            "a@-x.com",
            "a@x..com",
            &long,
        ] {
            assert_eq!(message(&field("email"), json!(wrong)), "Cost centre must be an e-mail address, like hana@example.com", "{wrong}");
        }
    }

    #[test]
    fn a_pattern_can_ask_for_the_own_domain() {
        let mut f = field("email");
        f.rules.pattern = Some(r".*@example\.com".into());
        f.rules.pattern_words = Some("end with @example.com".into());
        assert_eq!(message(&f, json!("a@example.org")), "Cost centre must end with @example.com");
    }
}
