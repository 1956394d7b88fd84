//! What a file says, as it was written. YAML takes `1.10` for a number and forgets how it was written, where nothing says that a text is
//! meant: it would come back as `1.1`. So what would not come back as it was written is put in quotes before it is read; and what is deeper
//! than anybody writes is refused before it is read.

use saphyr_parser::{Event, Parser, ScalarStyle};
use serde_json::Value;
use std::borrow::Cow;

/// How deep values may be inside each other.
const DEEPEST: usize = 100;
/// Brackets that may be open at once, wherever they stand: those in texts count as well. For each one that is open, whatever reads YAML
/// looks at all the others again and again.
const MOST_OPEN: usize = 2 * DEEPEST;

/// The text with quotes around what YAML would take for something else and write otherwise; or the line and the reason why it cannot be
/// taken at all. What is no YAML is left as it is: whoever reads it says why.
pub(super) fn kept(text: &str) -> Result<Cow<'_, str>, (usize, String)> {
    let too_deep = |line: usize| {
        let message = format!("Lists and entries are inside each other more than {DEEPEST} deep here. Write them flatter");
        Err((line, message))
    };
    if let Some(line) = line_of_open_brackets(text) {
        return too_deep(line);
    }
    let (mut quoted, mut depth) = (Vec::new(), 0_usize);
    for event in Parser::new_from_str(text) {
        match &event {
            Ok((Event::SequenceStart(..) | Event::MappingStart(..), span)) => {
                depth += 1;
                if depth > DEEPEST {
                    return too_deep(span.start.line());
                }
            }
            Ok((Event::SequenceEnd | Event::MappingEnd, _)) => depth -= 1,
            _ => {}
        }
        let Ok((Event::Scalar(word, ScalarStyle::Plain, _, None), span)) = event else {
            if event.is_err() {
                return Ok(Cow::Borrowed(text));
            }
            continue;
        };
        if matches!(&*word, "~" | "null" | "Null" | "NULL") {
            let message = format!("“{word}” means nothing in YAML. Put it in quotes if it is a text, or leave the line out");
            return Err((span.start.line(), message));
        }
        if changes(&word) {
            quoted.push((span.start.index(), word.into_owned()));
        }
    }
    Ok(if quoted.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(with_quotes(text, &quoted)) })
}

/// The line in which too many brackets are open.
fn line_of_open_brackets(text: &str) -> Option<usize> {
    let (mut open, mut line) = (0_usize, 1);
    for byte in text.bytes() {
        match byte {
            b'[' | b'{' => open += 1,
            b']' | b'}' => open = open.saturating_sub(1),
            b'\n' => line += 1,
            _ => {}
        }
        if open > MOST_OPEN {
            return Some(line);
        }
    }
    None
}

/// Whether YAML reads this word as something that is written otherwise.
fn changes(word: &str) -> bool {
    let begins = |first: u8| first.is_ascii_digit() || matches!(first, b'+' | b'-' | b'.' | b't' | b'T' | b'f' | b'F');
    if !word.bytes().next().is_some_and(begins) || word.len() > LONGEST {
        return false;
    }
    match yaml_serde::from_str::<Value>(word) {
        Ok(Value::Number(number)) => number.to_string() != word,
        Ok(Value::Bool(yes)) => yes.to_string() != word,
        // Not a number, or infinite; or one that has no place.
        Ok(Value::Null) | Err(_) => true,
        _ => false,
    }
}

/// Bytes of the longest word that could be a number.
const LONGEST: usize = 400;

/// Puts words in quotes that begin at these characters.
fn with_quotes(text: &str, words: &[(usize, String)]) -> String {
    let mut kept = String::with_capacity(text.len() + 2 * words.len());
    let mut words = words.iter().peekable();
    let mut from = 0;
    for (nth, (at, _)) in text.char_indices().enumerate() {
        if let Some((_, word)) = words.next_if(|(begins, _)| *begins == nth)
            && text[at..].starts_with(word.as_str())
        {
            kept.push_str(&text[from..at]);
            kept.push_str(&format!("'{word}'"));
            from = at + word.len();
        }
    }
    kept.push_str(&text[from..]);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_come_back_otherwise_is_quoted_where_it_stands() {
        let text = "- é: 1.10 # 1.10\n  b: [0x1F, 12e5, .5, +442079460101, 1.0]\n  '1.10': \"1.10\"\n- |\n  1.10\n- True\n- 123456789012345678901234567890\n";
        let kept = kept(text).unwrap();
        assert_eq!(
            kept,
            "- é: '1.10' # 1.10\n  b: ['0x1F', '12e5', '.5', '+442079460101', 1.0]\n  '1.10': \"1.10\"\n- |\n  1.10\n- 'True'\n- '123456789012345678901234567890'\n"
        );
        let values: Value = yaml_serde::from_str(&kept).unwrap();
        assert_eq!(values[0]["é"], "1.10");
    }

    #[test]
    fn what_comes_back_as_it_was_is_left_alone() {
        let text = "a: 5\nb: -1.5\nc: true\nd: yes\ne: 2026-01-01\nf: 1_000\ng: on\nh: 007\ni: text 1.10\nj:\nk: ''\nl: 1.2.3\n";
        assert!(matches!(kept(text), Ok(Cow::Borrowed(_))), "{:?}", kept(text));
        let read: Value = yaml_serde::from_str(text).unwrap();
        for (key, word) in [("d", "yes"), ("e", "2026-01-01"), ("f", "1_000"), ("g", "on"), ("h", "007")] {
            assert_eq!(read[key], word);
        }
    }

    #[test]
    fn nothing_in_words_is_refused_with_its_line() {
        for word in ["~", "null", "NULL"] {
            let (line, message) = kept(&format!("a: 1\nb: {word}\n")).unwrap_err();
            assert_eq!(line, 2);
            assert!(message.contains(word) && message.contains("quotes"), "{message}");
        }
        assert!(kept("a: '~'\nb: \"null\"\nc: nullable\n").is_ok());
    }

    #[test]
    fn what_is_no_yaml_is_left_to_its_reader() {
        for text in ["a: [1.10", "a: 'x", "%", "&a *a"] {
            assert_eq!(kept(text).unwrap(), text);
        }
    }
}
