//! Docket numbers: the item's prefix and four characters that are never mistaken for one another: `IT-7F3K`.

use crate::text::tidy_code;

/// The 32 symbols: digits and capital letters without I, L, O and U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Characters of the longest prefix.
pub const LONGEST_PREFIX: usize = 8;

/// The number made of a prefix and four random bytes.
pub fn docket_number(prefix: &str, random: [u8; 4]) -> String {
    let mut number = String::with_capacity(prefix.len() + 5);
    number.push_str(prefix);
    number.push('-');
    number.extend(random.iter().map(|byte| char::from(ALPHABET[usize::from(byte & 31)])));
    number
}

/// What somebody typed or said, as the number it means: "it-7f3k", "IT 7F3K" and "#IT-7F3K" are `IT-7F3K`. In the last four
/// characters O is read as 0, I and L as 1. None when it cannot be a docket number.
pub fn parse(text: &str) -> Option<String> {
    let compact: Vec<char> = tidy_code(text)
        .trim_start_matches('#')
        .chars()
        .filter(|c| !matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}') && !c.is_whitespace())
        .map(|c| c.to_ascii_uppercase())
        .collect();
    let split = compact.len().checked_sub(4).filter(|length| (1..=LONGEST_PREFIX).contains(length))?;
    let (prefix, serial) = compact.split_at(split);
    if !prefix.first()?.is_ascii_alphabetic() || !prefix.iter().all(char::is_ascii_alphanumeric) {
        return None;
    }
    let mut number: String = prefix.iter().collect();
    number.push('-');
    for symbol in serial {
        let meant = match symbol {
            'O' => '0',
            'I' | 'L' => '1',
            other => *other,
        };
        if !meant.is_ascii() || !ALPHABET.contains(&(meant as u8)) {
            return None;
        }
        number.push(meant);
    }
    Some(number)
}

/// What somebody typed as the beginning of docket numbers: "it", "IT-" and "it-7f" as `IT`, `IT-` and `IT-7F`, and how many symbols
/// after the hyphen there are. None when no docket number begins so.
pub fn beginning(text: &str) -> Option<(String, usize)> {
    let typed = tidy_code(text).trim_start_matches('#').to_ascii_uppercase();
    let (prefix, serial) = match typed.split_once(['-', ' ']) {
        Some((prefix, serial)) => (prefix, Some(serial)),
        None => (typed.as_str(), None),
    };
    let fits = (1..=LONGEST_PREFIX).contains(&prefix.len()) && prefix.starts_with(|c: char| c.is_ascii_alphabetic());
    if !fits || !prefix.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    let Some(serial) = serial else { return Some((prefix.to_owned(), 0)) };
    let serial = serial.replace('O', "0").replace(['I', 'L'], "1");
    (serial.len() <= 4 && serial.bytes().all(|b| ALPHABET.contains(&b))).then(|| (format!("{prefix}-{serial}"), serial.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_gives_a_symbol_without_look_alikes() {
        for byte in 0..=255u8 {
            let number = docket_number("IT", [byte, 0, 31, 255]);
            assert_eq!(number.len(), 7);
            assert!(!number[3..].contains(['I', 'L', 'O', 'U']), "{number}");
            assert_eq!(parse(&number), Some(number.clone()));
        }
        assert_eq!(docket_number("IT", [7, 15, 3, 19]), "IT-7F3K");
        assert_eq!(docket_number("FAC", [0, 1, 31, 32]), "FAC-01Z0");
    }

    #[test]
    fn symbols_are_spread_evenly() {
        let mut seen = std::collections::BTreeMap::new();
        for byte in 0..=255u8 {
            *seen.entry(docket_number("A", [byte, 0, 0, 0])).or_insert(0) += 1;
        }
        assert_eq!(seen.len(), 32);
        assert!(seen.values().all(|count| *count == 8));
    }

    #[test]
    fn typed_numbers_are_understood() {
        for text in ["it-7f3k", " IT 7F3K ", "#IT-7F3K", "IT7F3K", "it–7f3k", "i t - 7 f 3 k"] {
            assert_eq!(parse(text).as_deref(), Some("IT-7F3K"), "{text}");
        }
        assert_eq!(parse("it-oi1l").as_deref(), Some("IT-0111"));
        assert_eq!(parse("K2-0000").as_deref(), Some("K2-0000"));
    }

    #[test]
    fn other_text_is_no_number() {
        for text in ["", "IT", "7F3K", "-7F3K", "IT-7F3U", "IT-7F3!", "2T-7F3K", "ÄT-7F3K", "IT-7F3Ä", "ABCDEFGHI-7F3K", "🦀-🦀🦀🦀🦀"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn beginnings_of_numbers_are_read_like_numbers() {
        for (typed, meant) in
            [("it", Some(("IT", 0))), ("IT-", Some(("IT-", 0))), ("#it-7", Some(("IT-7", 1))), ("it 7o", Some(("IT-70", 2)))]
        {
            assert_eq!(beginning(typed), meant.map(|(text, symbols)| (text.to_owned(), symbols)), "{typed}");
        }
        for wrong in ["", "7F", "IT-7F3K2", "IT-7!", "Hana Okafor", "VERYLONGWORD"] {
            assert_eq!(beginning(wrong), None, "{wrong}");
        }
    }
}
