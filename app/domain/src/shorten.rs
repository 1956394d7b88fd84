//! Texts that must fit somewhere: cut between what people call characters, and marked where something was left out.
//!
//! A *measure* says how long the other side finds a text. It must add up: two texts one after the other are as long as both together.

use std::borrow::Cow;
use unicode_segmentation::UnicodeSegmentation;

/// Stands where something was left out.
pub const MARK: &str = "…";

/// The measure of Telegram, ConnectWise and Exchange: UTF-16 code units. It is never less than the number of code points.
pub fn utf16_units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// The text when it fits; otherwise as many of its first whole characters as fit with the mark behind them. Nothing is left when not even
/// the mark fits.
pub fn shorten(text: &str, most: usize, measure: impl Fn(&str) -> usize) -> Cow<'_, str> {
    if measure(text) <= most {
        return Cow::Borrowed(text);
    }
    let Some(mut room) = most.checked_sub(measure(MARK)) else { return Cow::Borrowed("") };
    let mut end = 0;
    for (start, character) in text.grapheme_indices(true) {
        match room.checked_sub(measure(character)) {
            Some(left) => (room, end) = (left, start + character.len()),
            None => break,
        }
    }
    Cow::Owned(format!("{}{MARK}", text.get(..end).unwrap_or_default().trim_end()))
}

/// Parts that must fit together: the longest are shortened, all to the same length, and the others stay as they are.
pub fn shorten_longest<'t>(parts: &[&'t str], most: usize, measure: impl Fn(&str) -> usize) -> Vec<Cow<'t, str>> {
    let longest = fair_length(parts.iter().map(|part| measure(part)).collect(), most);
    parts.iter().map(|part| shorten(part, longest, &measure)).collect()
}

/// The greatest length that each of several may have so that all fit together; what is shorter stays as it is.
pub(crate) fn fair_length(mut lengths: Vec<usize>, most: usize) -> usize {
    lengths.sort_unstable();
    let (mut room, mut others) = (most, lengths.len());
    for length in lengths {
        let share = room / others;
        if length > share {
            return share;
        }
        (room, others) = (room - length, others - 1);
    }
    usize::MAX
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FAMILY: &str = "👨‍👩‍👧‍👦";

    #[test]
    fn what_fits_stays_and_the_rest_is_marked() {
        assert_eq!(shorten("Laptop", 6, utf16_units), "Laptop");
        assert_eq!(shorten("Laptops", 6, utf16_units), "Lapto…");
        assert_eq!(shorten("A laptop", 3, utf16_units), "A…");
        assert_eq!((shorten("Laptop", 1, utf16_units), shorten("Laptop", 0, utf16_units)), ("…".into(), "".into()));
    }

    #[test]
    fn a_character_is_what_a_person_sees() {
        for (text, most, shown) in [
            ("🇳🇴🇳🇴", 5, "🇳🇴…".to_owned()),
            (&format!("{FAMILY}{FAMILY}"), 20, format!("{FAMILY}…")),
            (&format!("a{FAMILY}"), 11, "a…".to_owned()),
            ("e\u{301}e\u{301}e\u{301}", 5, "e\u{301}e\u{301}…".to_owned()),
        ] {
            assert_eq!(shorten(text, most, utf16_units), shown, "{text} in {most}");
        }
    }

    #[test]
    fn the_longest_are_shortened_and_the_short_stay() {
        let long = "x".repeat(2000);
        let parts = ["Ledger", long.as_str(), "", &long[..900], "Yes"];
        let fitted = shorten_longest(&parts, 1009, utf16_units);
        let lengths: Vec<usize> = fitted.iter().map(|part| utf16_units(part)).collect();
        assert_eq!(lengths, [6, 500, 0, 500, 3]);
        assert!(fitted[1].ends_with(MARK) && fitted[3].ends_with(MARK));
        assert_eq!(shorten_longest(&parts, 2909, utf16_units), parts);
        assert_eq!(shorten_longest(&[], 5, utf16_units), Vec::<String>::new());
    }

    /// As Slack counts: after its escaping.
    fn escaped(text: &str) -> usize {
        text.chars().map(|letter| if letter == '&' { 5 } else { 1 }).sum()
    }

    fn texts() -> impl Strategy<Value = Vec<String>> {
        let piece = prop_oneof![
            "[a-z &]{0,12}",
            Just(FAMILY.to_owned()),
            Just("🇫🇮".to_owned()),
            Just("e\u{301}".to_owned()),
            Just("נ\u{5b0}".to_owned()),
            "\\PC{0,6}"
        ];
        prop::collection::vec(prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat()), 0..8)
    }

    proptest! {
        #[test]
        fn parts_fit_are_cut_between_characters_and_short_ones_stay(texts in texts(), most in 0usize..200) {
            for measure in [utf16_units as fn(&str) -> usize, escaped] {
                let parts: Vec<&str> = texts.iter().map(String::as_str).collect();
                let fitted = shorten_longest(&parts, most, measure);
                prop_assert!(fitted.iter().map(|part| measure(part)).sum::<usize>() <= most);
                let pairs = || parts.iter().zip(&fitted);
                let whole = pairs().filter(|(part, fitted)| *part == *fitted).map(|(part, _)| measure(part)).max();
                for (part, fitted) in pairs().filter(|(part, fitted)| *part != *fitted) {
                    // What stayed is never longer than what was shortened.
                    prop_assert!(whole.is_none_or(|whole| whole <= measure(part)));
                    let kept = fitted.strip_suffix(MARK).unwrap_or_default();
                    let characters: Vec<&str> = part.graphemes(true).collect();
                    let cut = (0..=characters.len()).any(|count| characters[..count].concat().trim_end() == kept);
                    prop_assert!(cut, "{part:?} was cut to {fitted:?}");
                }
            }
        }
    }
}
