//! What a person calls a character: a letter with its accents, a flag, a family of emoji. Never half of one.
//!
//! The rules of Unicode's grapheme clusters as far as people write: a test holds them to `unicode-segmentation`, whose tables would weigh
//! more in the browser than all that uses them.

use super::marks::is_mark;
use std::borrow::Cow;

/// What the last character of a cluster says about the next one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Nothing,
    /// Half of a flag.
    Region,
    /// An emoji, with what belongs to it so far.
    Emoji,
    /// An emoji and a joiner: another emoji belongs to it.
    JoinedEmoji,
    /// The sign of an Indic script that joins the next consonant to this one.
    Linker(u32),
    Hangul,
    Other,
}

/// How long the first cluster of a text is, in bytes.
fn first_length(text: &str) -> usize {
    let mut before = Before::Nothing;
    for (at, c) in text.char_indices() {
        let code = u32::from(c);
        let extends =
            is_mark(c) || matches!(code, 0x200c | 0x200d | 0xe33 | 0xeb3 | 0xff9e | 0xff9f | 0x1f3fb..=0x1f3ff | 0xe0020..=0xe007f);
        let emoji = matches!(code, 0xa9 | 0xae | 0x203c | 0x2049 | 0x2122 | 0x2139 | 0x2190..=0x2bff | 0x3030 | 0x303d | 0x3297 | 0x3299 | 0x1f000..=0x1faff);
        let region = matches!(code, 0x1f1e6..=0x1f1ff);
        let jamo = matches!(code, 0x1160..=0x11ff | 0xd7b0..=0xd7fb);
        let hangul = jamo || matches!(code, 0x1100..=0x115f | 0xa960..=0xa97c | 0xac00..=0xd7a3);
        let control = c.is_control() || matches!(code, 0x200b | 0x200e | 0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0xfeff | 0xad);
        let (belongs, next) = match before {
            Before::Nothing if control => return if text.starts_with("\r\n") { 2 } else { c.len_utf8() },
            Before::Nothing if region => (true, Before::Region),
            Before::Nothing if emoji => (true, Before::Emoji),
            Before::Nothing if hangul => (true, Before::Hangul),
            Before::Nothing => (true, Before::Other),
            Before::Emoji if code == 0x200d => (true, Before::JoinedEmoji),
            Before::JoinedEmoji if emoji && !extends => (true, Before::Emoji),
            Before::Region if region => (true, Before::Other),
            Before::Linker(script) if script == code >> 7 && is_consonant(code) => (true, Before::Other),
            Before::Linker(script) if extends => (true, linker(code).unwrap_or(Before::Linker(script))),
            Before::Emoji | Before::JoinedEmoji if extends => (true, Before::Emoji),
            Before::Hangul if jamo => (true, Before::Hangul),
            _ if extends => (true, linker(code).unwrap_or(Before::Other)),
            _ => (false, Before::Nothing),
        };
        if !belongs {
            // A leading consonant of Hangul belongs to the syllable after it.
            let lead = |c: char| matches!(u32::from(c), 0x1100..=0x115f | 0xa960..=0xa97c);
            if !(before == Before::Hangul && hangul && text[..at].ends_with(lead)) {
                return at;
            }
        } else {
            before = next;
        }
    }
    text.len()
}

/// The signs that join consonants, of the scripts from Devanagari to Malayalam that do so.
fn linker(code: u32) -> Option<Before> {
    matches!(code, 0x94d | 0x9cd | 0xacd | 0xb4d | 0xc4d | 0xd4d).then_some(Before::Linker(code >> 7))
}

/// A consonant of these scripts: they have the same places in each.
fn is_consonant(code: u32) -> bool {
    matches!(code & 0x7f, 0x15..=0x39 | 0x58..=0x5f)
}

fn clusters(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (first, after) = rest.split_at(first_length(rest));
        rest = after;
        (!first.is_empty()).then_some(first)
    })
}

/// The first character, as a person sees it; empty for an empty text.
pub fn first_character(text: &str) -> &str {
    &text[..first_length(text)]
}

/// How many characters a person counts.
pub fn count_characters(text: &str) -> usize {
    if text.is_ascii() { text.len() - text.matches("\r\n").count() } else { clusters(text).count() }
}

/// The text when it has no more characters than `most`; otherwise as many of its first words as fit with "…" behind them. A word that fills
/// more than half of the room is cut between characters.
pub fn cut_at_word(text: &str, most: usize) -> Cow<'_, str> {
    if count_characters(text) <= most {
        return Cow::Borrowed(text);
    }
    let Some(room) = most.checked_sub(1) else { return Cow::Borrowed("") };
    let end: usize = clusters(text).take(room).map(str::len).sum();
    let (head, tail) = text.split_at(end);
    let ends_word = tail.starts_with(char::is_whitespace);
    let word = head.rfind(char::is_whitespace).filter(|at| !ends_word && *at >= end / 2);
    let kept = &head[..word.unwrap_or(end)];
    Cow::Owned(format!("{}…", kept.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':' | '(' | '-' | '–' | '—'))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use unicode_segmentation::UnicodeSegmentation;

    /// What people write, and what breaks careless code.
    const CORPUS: &[&str] = &[
        "Ruth Abel",
        "🇨🇭🇩🇪 Zoë",
        "🇨🇭🇩🇪🇫 x",
        "👨\u{200d}👩\u{200d}👧\u{200d}👦 Okafor",
        "👨🏽\u{200d}👩🏽\u{200d}👧🏽\u{200d}👦🏽",
        "👍🏽👍👍🏿",
        "❤\u{fe0f}\u{200d}🔥 ❤\u{fe0f} ☎",
        "1\u{fe0f}\u{20e3}#\u{fe0f}\u{20e3}",
        "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f} Leeds",
        "E\u{301}ste\u{301}ban Zo\u{308}e\u{327}\u{301}",
        "Nguyễn Văn Đức",
        "한국어 \u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8}",
        "नमस्ते क्षत्रिय हिन्दी कर्म",
        "বাংলা ক্ষ",
        "ગુજરાતી తెలుగు മലയാളം തമ്മിൽ",
        "தமிழ் ಕನ್ನಡ ਪੰਜਾਬੀ සිංහල",
        "ไทย กำลัง น้ำ",
        "ລາວ ນ້ຳ",
        "می\u{200c}خواهم مُحَمَّد",
        "שָׁלוֹם",
        "が か\u{3099} ﾊﾟ",
        "葛\u{e0100}城",
        "a\r\nb\n\rc\t",
        "\u{200b}\u{301}x\u{ad}y",
        "👩\u{200d}x a\u{200d}👩",
        "Z\u{334}\u{322}a\u{335}lgo",
        "↔\u{fe0f}™\u{fe0f}©",
        "🫱🏻\u{200d}🫲🏿 🧑\u{200d}🦽\u{200d}➡\u{fe0f}",
        "",
    ];

    #[test]
    fn clusters_are_those_of_unicode() {
        for text in CORPUS {
            let right: Vec<&str> = text.graphemes(true).collect();
            assert_eq!(clusters(text).collect::<Vec<_>>(), right, "{text:?}");
            assert_eq!(count_characters(text), right.len(), "{text:?}");
            assert_eq!(first_character(text), right.first().copied().unwrap_or_default());
        }
    }

    #[test]
    fn a_text_is_cut_at_a_word() {
        for (text, most, cut) in [
            ("Lab fridge is warm", 18, "Lab fridge is warm"),
            ("Lab fridge is warm", 17, "Lab fridge is…"),
            ("Lab fridge, is warm", 14, "Lab fridge…"),
            ("Lab fridge is warm", 14, "Lab fridge is…"),
            ("Lab fridge is warm", 5, "Lab…"),
            ("Donaudampfschiff", 9, "Donaudam…"),
            ("A Donaudampfschiff", 9, "A Donaud…"),
            ("🇨🇭🇩🇪🇫🇷", 2, "🇨🇭…"),
            ("Lab", 1, "…"),
            ("Lab", 0, ""),
            ("", 0, ""),
        ] {
            assert_eq!(cut_at_word(text, most), cut, "{text} in {most}");
        }
    }

    #[test]
    fn each_letter_alone_is_one_character() {
        for c in (0..0x3_2000).chain(0xe_0000..0xe_0200).filter_map(char::from_u32) {
            assert_eq!(count_characters(&c.to_string()), 1);
            if c.is_alphabetic() && !is_mark(c) {
                let accented: String = [c, '\u{301}', 'x'].into_iter().collect();
                assert_eq!(count_characters(&accented), accented.graphemes(true).count(), "{c:?}");
            }
        }
    }
}
