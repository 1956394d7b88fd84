//! One line of text.

use super::{FieldType, Widget, plain};

pub const TYPE: FieldType = FieldType {
    kind: "text",
    label: "Text",
    widget: Widget::Text,
    rules: &["min_length", "max_length", "pattern", "pattern_words"],
    read: plain::read_line,
    check: plain::check_line,
    display: plain::display,
};

#[cfg(test)]
mod tests {
    use super::super::tests::{field, message, shown, written};
    use serde_json::json;

    #[test]
    fn a_pattern_covers_the_whole_text_and_speaks_in_words() {
        let mut cost = field("text");
        cost.rules.pattern = Some("[0-9]{4}".into());
        cost.rules.pattern_words = Some("be 4 digits, like 4410".into());
        assert_eq!(message(&cost, json!(" 4410 ")), "");
        assert_eq!(message(&cost, json!(4410)), "");
        for wrong in ["441", "44100", "x4410", "4410\u{a0}0"] {
            assert_eq!(message(&cost, json!(wrong)), "Cost centre must be 4 digits, like 4410");
        }
        cost.rules.pattern_words = None;
        assert_eq!(message(&cost, json!("1")), "Cost centre must fit the pattern [0-9]{4}");
    }

    #[test]
    fn alternatives_are_anchored_as_a_whole() {
        let mut f = field("text");
        f.rules.pattern = Some("a|ab".into());
        assert_eq!(message(&f, json!("ab")), "");
        assert_ne!(message(&f, json!("abc")), "");
    }

    #[test]
    fn a_bad_pattern_never_panics() {
        for bad in ["(", "a)(b", "[", "*", "(?x) a #", r"\", "a{99999999}"] {
            let mut f = field("text");
            f.rules.pattern = Some(bad.into());
            assert_eq!(message(&f, json!("anything")), "", "{bad}");
        }
    }

    #[test]
    fn length_counts_characters() {
        let mut f = field("text");
        f.rules.min_length = Some(3);
        f.rules.max_length = Some(4);
        assert_eq!(message(&f, json!("äöüß")), "");
        assert_eq!(message(&f, json!("ab")), "Cost centre must have at least 3 characters");
        assert_eq!(message(&f, json!("abcde")), "Cost centre must have at most 4 characters, and has 5");
    }

    #[test]
    fn length_counts_what_a_person_calls_a_character() {
        let mut f = field("text");
        f.rules.max_length = Some(4);
        for four in ["👨‍👩‍👧‍👦🇨🇭é👍🏽", "नमस्ते", "e\u{301}e\u{301}e\u{301}e\u{301}"] {
            assert_eq!(message(&f, json!(four)), "", "{four}");
        }
        assert_eq!(message(&f, json!("👨‍👩‍👧‍👦🇨🇭é👍🏽x")), "Cost centre must have at most 4 characters, and has 5");
        let accents = format!("x{}", "\u{301}".repeat(40_000));
        assert_eq!(message(&f, json!(accents)), "Cost centre has too many accents and joined signs to be stored. Shorten it");
    }

    #[test]
    fn there_is_a_limit_without_a_rule_and_above_any_rule() {
        assert_eq!(message(&field("text"), json!("x".repeat(500))), "");
        assert_ne!(message(&field("text"), json!("x".repeat(501))), "");
        let mut f = field("text");
        f.rules.max_length = Some(u32::MAX);
        assert_ne!(message(&f, json!("x".repeat(10_001))), "");
    }

    #[test]
    fn lines_and_unstorable_characters_are_refused() {
        assert_eq!(message(&field("text"), json!("a\nb")), "Cost centre must be on one line");
        assert_eq!(written(&field("text"), "a\0b\u{7}"), "ab");
        assert_eq!(message(&field("text"), json!(true)), "Cost centre must be a text");
    }

    #[test]
    fn it_is_shown_as_written() {
        assert_eq!(shown(&field("text"), json!("Bern")), "Bern");
    }
}
