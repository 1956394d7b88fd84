//! A phone number as people write it: with or without a country, with an extension, or a short one of a service or a house.
//!
//! Which numbers are given out changes every month and is for the exchange to know: judged here is the shape. A number with its country
//! is stored as `+442079460101`, with its extension as `+442079460101 ext 12`; another one as it was written, in plain signs.

use super::{FieldType, Widget, plain};
use crate::forms::words::subject;
use crate::forms::{Answers, Field};
use crate::text::{digit_value, tidy_code};
use chrono::NaiveDate;
use serde_json::Value;
use std::ops::RangeInclusive;

pub const TYPE: FieldType = FieldType {
    kind: "phone",
    label: "Phone number",
    widget: Widget::Tel,
    rules: &["pattern", "pattern_words", "short_numbers"],
    read,
    check,
    display: plain::display,
};

/// What comes before an extension.
const EXTENSIONS: [&str; 7] = [";ext=", "extension", "extn", "ext", "x", "#", "durchwahl"];
/// Digits of a number with its country (E.164), of one without, of one where short ones are none, and of an extension.
const INTERNATIONAL: RangeInclusive<usize> = 7..=15;
const ANY: RangeInclusive<usize> = 2..=15;
const LONG: RangeInclusive<usize> = 5..=15;
const EXTENSION: RangeInclusive<usize> = 1..=7;

/// A number taken apart.
struct PhoneParts {
    /// Digits and what stands between them, without the plus.
    main: String,
    digits: String,
    /// It began with a plus or 00.
    international: bool,
    extension: String,
}

fn parts(text: &str) -> Option<PhoneParts> {
    let plain: String = tidy_code(text).chars().map(plain_sign).collect();
    let lower = plain.to_ascii_lowercase();
    let at = EXTENSIONS
        .iter()
        .filter_map(|word| lower.find(word).map(|at| (at, word.len())))
        .min_by_key(|(at, length)| (*at, usize::MAX - length));
    let (main, extension) = match at {
        Some((at, length)) => (plain.get(..at)?, Some(plain.get(at + length..)?.trim_matches([' ', '.', ':', '=']))),
        None => (plain.as_str(), None),
    };
    let digits_of = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    if extension.is_some_and(|digits| !EXTENSION.contains(&digits.len()) || digits_of(digits) != digits) {
        return None;
    }
    let main = main.trim_end_matches([' ', ',', ';', '.']);
    let (plus, main) = match main.strip_prefix('+').map(|rest| ("", rest)).or_else(|| main.strip_prefix("(+").map(|rest| ("(", rest))) {
        Some((bracket, rest)) => (true, format!("{bracket}{rest}")),
        None => (false, main.to_owned()),
    };
    if !main.chars().all(|c| c.is_ascii_digit() || " ()-./".contains(c)) || main.len() > 40 {
        return None;
    }
    let digits = digits_of(&main);
    let zeros = !plus && digits.starts_with("00") && digits.len() >= 9;
    let digits = if zeros { digits[2..].to_owned() } else { digits };
    let (international, extension) = (plus || zeros, extension.unwrap_or_default().to_owned());
    Some(PhoneParts { main, digits, international, extension })
}

/// A sign as a plain keyboard has it: digits of any script, dashes, wide brackets and blanks.
fn plain_sign(c: char) -> char {
    match c {
        _ if c.is_whitespace() => ' ',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}' => '-',
        '＋' => '+',
        '（' => '(',
        '）' => ')',
        '．' | '·' => '.',
        '／' => '/',
        '＃' => '#',
        other => digit_value(other).map_or(other, |digit| char::from(b'0' + digit)),
    }
}

fn read(field: &Field, text: &str) -> String {
    let Some(parts) = parts(text) else { return plain::read_code(field, text) };
    let extension = if parts.extension.is_empty() { String::new() } else { format!(" ext {}", parts.extension) };
    // A pattern was written for what people see, with its blanks.
    if !parts.international || field.rules.pattern.is_some() {
        let plus = if parts.international && !parts.main.starts_with("00") { "+" } else { "" };
        return format!("{plus}{}{extension}", parts.main.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    // In +44 (0)20 the zero is dialled at home only.
    let digits = match parts.main.find("(0)") {
        Some(at) => {
            let country = parts.main[..at].chars().filter(char::is_ascii_digit).count();
            let country = country - (parts.main.chars().filter(char::is_ascii_digit).count() - parts.digits.len());
            format!("{}{}", &parts.digits[..country], &parts.digits[country + 1..])
        }
        None => parts.digits,
    };
    format!("+{digits}{extension}")
}

fn check(field: &Field, value: &Value, _: &Answers, _: NaiveDate) -> Result<(), String> {
    let text = read(field, &plain::written(field, value)?);
    let short = field.rules.short_numbers.unwrap_or(true);
    let right = parts(&text).is_some_and(|parts| {
        let lengths = if parts.international {
            INTERNATIONAL
        } else if short {
            ANY
        } else {
            LONG
        };
        lengths.contains(&parts.digits.len())
    });
    if !right {
        return Err(format!("{} must be a phone number, like +41 44 555 01 20", subject(field)));
    }
    plain::check_text(field, &text, 64)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{field, message, written};
    use serde_json::json;

    #[test]
    fn numbers_that_exist_are_stored_in_one_writing() {
        for (typed, stored) in [
            ("112", "112"),
            ("15", "15"),
            ("3646", "3646"),
            ("55501", "55501"),
            ("+44 20 7946 0101", "+442079460101"),
            ("+44 20 7946 0101 ext 12", "+442079460101 ext 12"),
            ("+44 20 7946 0101 ext. 12", "+442079460101 ext 12"),
            ("+44 20 7946 0101, Extension: 12", "+442079460101 ext 12"),
            ("+44 20 7946 0101 x12", "+442079460101 ext 12"),
            ("+44 20 7946 0101 #12", "+442079460101 ext 12"),
            ("+442079460101;ext=12", "+442079460101 ext 12"),
            ("+41 44 555 01 20 Durchwahl 7", "+41445550120 ext 7"),
            ("(+44) 20 7946 0101", "+442079460101"),
            ("+44 (0)20 7946 0101", "+442079460101"),
            ("0044 (0)20 7946 0101", "+442079460101"),
            ("00 44 20 7946 0101", "+442079460101"),
            ("+44 20 7946–0101", "+442079460101"),
            ("＋４４ ２０ ７９４６ ０１０１", "+442079460101"),
            ("+٤٤ ٢٠ ٧٩٤٦ ٠١٠١", "+442079460101"),
            ("\u{202d}+44 20 7946 0101\u{202c}", "+442079460101"),
            ("+44\u{a0}20\u{a0}7946\u{a0}0101", "+442079460101"),
            ("+683 4000", "+6834000"),
            ("044 555 01 20", "044 555 01 20"),
            ("(555) 010-0199", "(555) 010-0199"),
            ("555–0199  x 4", "555-0199 ext 4"),
            ("030/555-0101", "030/555-0101"),
            ("００４４ ２０ ７９４６ ０１０１", "+442079460101"),
        ] {
            assert_eq!(written(&field("phone"), typed), stored, "{typed}");
            assert_eq!(message(&field("phone"), json!(typed)), "", "{typed}");
            assert_eq!(written(&field("phone"), stored), stored, "{typed} twice");
            assert_eq!(message(&field("phone"), json!(stored)), "", "{typed} as stored");
        }
    }

    #[test]
    fn other_texts_are_no_numbers() {
        let long = "1 ".repeat(40);
        for wrong in [
            "1",
            "call me",
            "+41+44 555",
            "044 555 01 20 01 20 01 20",
            "0445550120y",
            "+",
            "+12345",
            "+1234567890123456",
            "112 ext",
            "x12",
            "ext",
            "#",
            "5 ext 12345678",
            "++44 20 7946 0101",
            &long,
        ] {
            assert_eq!(message(&field("phone"), json!(wrong)), "Cost centre must be a phone number, like +41 44 555 01 20", "{wrong}");
        }
    }

    #[test]
    fn a_form_can_do_without_short_numbers() {
        let mut f = field("phone");
        f.rules.short_numbers = Some(false);
        assert_ne!(message(&f, json!("112")), "");
        assert_eq!(message(&f, json!("55501")), "");
    }

    #[test]
    fn a_pattern_sees_the_number_as_it_was_written() {
        let mut f = field("phone");
        f.rules.pattern = Some(r"\+41 .*".into());
        f.rules.pattern_words = Some("begin with +41".into());
        assert_eq!(message(&f, json!("+41 44 555 01 20")), "");
        assert_eq!(written(&f, "\u{202a}+41  44 555 01 20"), "+41 44 555 01 20");
        assert_eq!(message(&f, json!("+44 20 7946 0101")), "Cost centre must begin with +41");
    }
}
