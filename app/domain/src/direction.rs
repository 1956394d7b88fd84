//! Texts from right to left inside sentences from left to right.

use std::borrow::Cow;

/// Begins a text whose direction is its own (FIRST STRONG ISOLATE), and ends it (POP DIRECTIONAL ISOLATE).
const ISOLATE: (char, char) = ('\u{2068}', '\u{2069}');

/// The text as a stranger in a plain sentence: when something in it is written from right to left, each of its lines is set apart, so that
/// it does not rearrange what stands around it. For people only, never for what machines read.
pub fn isolate(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_right_to_left) {
        return Cow::Borrowed(text);
    }
    // An isolate ends with its paragraph.
    let lines =
        text.split('\n').map(|line| if line.trim().is_empty() { line.to_owned() } else { format!("{}{line}{}", ISOLATE.0, ISOLATE.1) });
    Cow::Owned(lines.collect::<Vec<_>>().join("\n"))
}

/// Whether a character belongs to a script from right to left, or turns the direction of others.
fn is_right_to_left(character: char) -> bool {
    matches!(character as u32,
        // Hebrew, Arabic, Syriac, Thaana, NKo, Samaritan, Mandaic and their supplements.
        0x0590..=0x08FF
        // Presentation forms of Hebrew and Arabic.
        | 0xFB1D..=0xFDFF | 0xFE70..=0xFEFC
        // Historic scripts, Adlam, Arabic mathematical letters.
        | 0x10800..=0x10FFF | 0x1E800..=0x1EFFF
        // The mark, and what embeds, overrides or isolates from right to left.
        | 0x200F | 0x202B | 0x202E | 0x2067)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_runs_from_right_to_left_is_set_apart() {
        for (text, set_apart) in [
            ("Hana Sato", "Hana Sato"),
            ("Ångström 東京 ไทย", "Ångström 東京 ไทย"),
            ("שלום (עולם)!", "\u{2068}שלום (עולם)!\u{2069}"),
            ("ليلى", "\u{2068}ليلى\u{2069}"),
            ("Room ב 2\n\nplain", "\u{2068}Room ב 2\u{2069}\n\n\u{2068}plain\u{2069}"),
            ("a\u{202e}b", "\u{2068}a\u{202e}b\u{2069}"),
            ("", ""),
        ] {
            assert_eq!(isolate(text), set_apart);
        }
    }
}
