//! Takes out of a text what nobody typed and nobody sees.
//!
//! Three kinds of text differ in what may stay. *Codes* (an address, a number, a date) are read by machines: nothing invisible belongs
//! in them. *Lines* (a name, a title) keep joiners where they shape what is seen, in Persian, Indic scripts and emoji. *Prose* keeps
//! also what helps to lay it out: marks of direction around a foreign word, places where a word may break. It never keeps overrides,
//! which show letters in another order than they are in, nor controls.

use std::borrow::Cow;

/// What a character without ink is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unseen {
    /// Keeps a place free, as a blank does.
    Blank,
    /// Shapes what stands beside it.
    Joiner,
    /// Helps to lay text out.
    Layout,
    /// Means nothing to a reader.
    Noise,
}

/// What the character is for, if it leaves no ink. Line ends and tabs count as blanks.
fn unseen(c: char) -> Option<Unseen> {
    Some(match c {
        '\n' | '\r' | '\t' => Unseen::Blank,
        _ if c.is_control() => Unseen::Noise,
        _ if c.is_whitespace() => Unseen::Blank,
        // Braille without a dot, and letters of Hangul that only fill a place.
        '\u{2800}' | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' => Unseen::Blank,
        '\u{34f}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180d}' | '\u{180f}' | '\u{200c}' | '\u{200d}' => Unseen::Joiner,
        '\u{fe00}'..='\u{fe0f}' | '\u{e0020}'..='\u{e007f}' | '\u{e0100}'..='\u{e01ef}' => Unseen::Joiner,
        '\u{ad}' | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202c}' => Unseen::Layout,
        '\u{2060}' | '\u{2066}'..='\u{2069}' => Unseen::Layout,
        '\u{180e}' | '\u{202d}' | '\u{202e}' | '\u{2061}'..='\u{2065}' | '\u{206a}'..='\u{206f}' | '\u{feff}' => Unseen::Noise,
        '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}' => Unseen::Noise,
        _ => return None,
    })
}

/// Whether nobody can see anything of it.
pub fn is_blank_text(text: &str) -> bool {
    text.chars().all(|c| unseen(c).is_some())
}

/// A text that machines read: nothing invisible in it, no blanks around it.
pub fn tidy_code(text: &str) -> Cow<'_, str> {
    if is_plain(text) {
        return Cow::Borrowed(text.trim());
    }
    let kept: String = text.chars().filter(|c| matches!(unseen(*c), None | Some(Unseen::Blank))).collect();
    Cow::Owned(kept.trim_matches(is_blank).to_owned())
}

/// A text of one line that people read: joiners stay inside words, nothing else that is invisible; no blanks around it.
pub fn tidy_line(text: &str) -> Cow<'_, str> {
    if is_plain(text) {
        return Cow::Borrowed(text.trim());
    }
    Cow::Owned(kept(text, |_| false).trim_matches(is_blank).to_owned())
}

/// A text of several lines that people read: its line ends are `\n`, empty lines before and blanks behind it are gone. The blanks that
/// begin the first of several lines stay: they are part of a pasted log.
pub fn tidy_prose(text: &str) -> Cow<'_, str> {
    let whole = if is_plain(text) && !text.contains('\r') {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(kept(&text.replace("\r\n", "\n").replace('\r', "\n"), |c| unseen(c) == Some(Unseen::Layout)))
    };
    let end = whole.trim_end_matches(ends).len();
    let start = end - whole[..end].trim_start_matches(ends).len();
    let line = whole[..start].rfind('\n').map_or(0, |at| at + 1);
    let indented = whole[start..end].contains('\n') && whole[line..start].chars().all(is_blank);
    let from = if indented { line } else { start };
    match whole {
        Cow::Borrowed(text) => Cow::Borrowed(&text[from..end]),
        Cow::Owned(text) => Cow::Owned(text[from..end].to_owned()),
    }
}

/// Nothing in it but what a keyboard of the United States writes: most of what is typed.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n' | b'\r' | b'\t'))
}

fn is_blank(c: char) -> bool {
    unseen(c) == Some(Unseen::Blank)
}

/// What means nothing at either end of a text.
fn ends(c: char) -> bool {
    matches!(unseen(c), Some(Unseen::Blank | Unseen::Layout | Unseen::Noise))
}

/// Without noise, without layout unless it `stays`, and with joiners only where they join.
fn kept(text: &str, stays: impl Fn(char) -> bool) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut before = None;
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        let stays = match unseen(c) {
            None | Some(Unseen::Blank) => true,
            Some(Unseen::Joiner) => {
                let after = rest.clone().find(|next| matches!(unseen(*next), None | Some(Unseen::Blank)));
                before.is_some_and(|before| joins(before, c, after))
            }
            Some(_) => stays(c),
        };
        if stays {
            kept.push(c);
            if unseen(c) != Some(Unseen::Layout) {
                before = Some(c);
            }
        }
    }
    kept
}

/// Whether a joiner shapes what is around it. Between letters without accents and digits it never does.
fn joins(before: char, joiner: char, after: Option<char>) -> bool {
    if is_blank(before) || before == joiner {
        return false;
    }
    match joiner {
        // The letters of a flag's region follow a black flag.
        '\u{e0020}'..='\u{e007f}' => before == '\u{1f3f4}' || ('\u{e0020}'..='\u{e007e}').contains(&before),
        '\u{200c}' => after.is_some_and(|after| !(is_blank(after) || before.is_ascii() && after.is_ascii())),
        // A digit, # or * becomes a key.
        '\u{fe0f}' if after == Some('\u{20e3}') => true,
        _ => !before.is_ascii(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn codes_lose_everything_invisible() {
        for (typed, code) in [
            ("\u{202d}+44 20 7946 0101\u{202c}", "+44 20 7946 0101"),
            ("\u{200b}max@example.org", "max@example.org"),
            ("4410\u{200b}", "4410"),
            ("\u{feff}4410\u{feff}", "4410"),
            ("44\u{ad}10", "4410"),
            ("44\u{200d}1\u{fe0f}0", "4410"),
            (" \u{a0}\u{2800}4410\u{3000}\u{3164}", "4410"),
            ("44\u{0}10\u{7f}", "4410"),
            ("\u{2068}ops@example.org\u{2069}", "ops@example.org"),
            ("44\u{a0}10", "44\u{a0}10"),
            (" plain ", "plain"),
        ] {
            assert_eq!(tidy_code(typed), code, "{typed:?}");
        }
    }

    #[test]
    fn lines_keep_what_shapes_their_letters() {
        for same in [
            "می\u{200c}خواهم",
            "PDF\u{200c}ها",
            "क्\u{200d}ष",
            "മലയാളമ്\u{200d}",
            "👩\u{200d}👩\u{200d}👧 Okafor",
            "☎\u{fe0f} 5 #\u{fe0f}\u{20e3}",
            "葛\u{e0100}城",
            "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f} Leeds",
            "Müller-Lüdenscheidt",
            "a\tb",
            "a\nb",
        ] {
            assert_eq!(tidy_line(same), same, "{same:?}");
        }
        for (typed, line) in [
            ("\u{200b}Room 4\u{200b}", "Room 4"),
            ("Ro\u{200d}om\u{200c} 4", "Room 4"),
            ("\u{202b}שלום (עולם)!\u{202c}", "שלום (עולם)!"),
            ("שלום\u{200f}", "שלום"),
            ("evil\u{202e}fdp.exe", "evilfdp.exe"),
            ("secret\u{e0068}\u{e0069}", "secret"),
            ("ü\u{200d}\u{200d}x", "ü\u{200d}x"),
            (" \u{200d}ab\u{0}c ", "abc"),
            ("Zell\u{ad}ulose", "Zellulose"),
        ] {
            assert_eq!(tidy_line(typed), line, "{typed:?}");
        }
    }

    #[test]
    fn prose_keeps_its_lines_blanks_and_marks_of_direction() {
        for same in [
            "error:\n  at main\n    at start",
            "  first\nsecond",
            "\tfirst\nsecond",
            "a \u{2066}C++\u{2069} b",
            "ไทย\u{200b}ภาษา",
            "C++\u{200e} x",
            "Donau\u{ad}dampf",
            "می\u{200c}خواهم",
            "👩\u{200d}👧",
        ] {
            assert_eq!(tidy_prose(same), same, "{same:?}");
        }
        for (typed, prose) in [
            ("  one line  ", "one line"),
            ("\n \n  first\n second \n\n", "  first\n second"),
            ("a\r\nb\rc", "a\nb\nc"),
            ("\u{202b}שלום\u{202c}", "שלום"),
            ("a\u{202e}b\u{202d}c\u{0}d\u{7}", "abcd"),
            ("\u{feff}text", "text"),
            ("text\u{200b}\n\u{a0}\u{2800}", "text"),
            ("\u{200b}  a\nb", "a\nb"),
        ] {
            assert_eq!(tidy_prose(typed), prose, "{typed:?}");
        }
    }

    #[test]
    fn invisible_text_is_blank() {
        for blank in [
            "",
            " ",
            "\t\n",
            "\u{200b}",
            "\u{2800}",
            "\u{3164}",
            "\u{ad}",
            "\u{feff}",
            "\u{2060}",
            "\u{a0}\u{3000}",
            "\u{115f}\u{1160}",
            "\u{ffa0}",
            "\u{200d}\u{200c}",
            "\u{202e}\u{202c}",
            "\u{2066}\u{2069}",
            "\u{180e}",
            "\u{34f}",
            "\u{fe0f}",
            "\u{e0041}",
            "\u{0}",
            "\u{61c}",
            "\u{fffa}",
        ] {
            assert!(is_blank_text(blank), "{blank:?}");
            assert_eq!((tidy_code(blank).as_ref(), tidy_line(blank).as_ref(), tidy_prose(blank).as_ref()), ("", "", ""), "{blank:?}");
        }
        for text in [".", "0", "-", "ـ", "\u{ad}x", "👍", "\u{301}"] {
            assert!(!is_blank_text(text), "{text:?}");
        }
    }

    /// Texts rich in what is tidied.
    fn odd() -> impl Strategy<Value = String> {
        let odd = prop::sample::select(vec![
            ' ',
            '\n',
            '\r',
            '\t',
            '\0',
            'a',
            '1',
            'ü',
            'ه',
            'क',
            '👩',
            '\u{200b}',
            '\u{200c}',
            '\u{200d}',
            '\u{202e}',
            '\u{2066}',
            '\u{2800}',
            '\u{fe0f}',
            '\u{20e3}',
            '\u{e0067}',
            '\u{1f3f4}',
            '\u{feff}',
            '\u{a0}',
            '\u{ad}',
            '\u{301}',
            '\u{85}',
        ]);
        prop::collection::vec(odd, 0..12).prop_map(|letters| letters.into_iter().collect())
    }

    proptest! {
        #[test]
        fn tidying_twice_changes_nothing_and_visible_text_stays(text in odd()) {
            for tidy in [tidy_code, tidy_line, tidy_prose] {
                let once = tidy(&text).into_owned();
                prop_assert_eq!(tidy(&once).into_owned(), once.clone());
                let seen = |text: &str| text.chars().filter(|c| unseen(*c).is_none()).collect::<String>();
                prop_assert_eq!(seen(&once), seen(&text));
                prop_assert_eq!(once.is_empty(), is_blank_text(&text));
            }
        }
    }
}
