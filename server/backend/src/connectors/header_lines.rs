//! Headers of a mail as RFC 5322 and RFC 2047 want them: in lines of at most 78 characters, whatever was written.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lettre::message::Mailbox;
use lettre::message::header::{HeaderName, HeaderValue};

/// Characters of a line, by RFC 5322's advice.
const LINE: usize = 78;
/// Characters of a word that stays as it is.
const WORD: usize = 60;
/// Bytes of text in an encoded word: 45 are 60 in base64, and the word has at most 75 characters.
const PIECE: usize = 45;
const SUBJECT: &str = "Subject";
const TO: &str = "To";

/// The header of a subject.
pub(super) fn subject_header(subject: &str) -> HeaderValue {
    HeaderValue::dangerous_new_pre_encoded(HeaderName::new_from_ascii_str(SUBJECT), subject.to_owned(), subject_lines(subject))
}

/// The header of those to whom a mail goes. lettre writes them in one line, however many there are.
pub(super) fn recipients_header(to: &[Mailbox]) -> HeaderValue {
    let all: Vec<String> = to.iter().map(ToString::to_string).collect();
    let raw = all.join(", ");
    let words: Vec<&str> = raw.split(' ').collect();
    let lines = folded(TO, &words);
    HeaderValue::dangerous_new_pre_encoded(HeaderName::new_from_ascii_str(TO), raw, lines)
}

/// The subject in lines. As it is where it is ASCII and its words are short; in encoded words otherwise.
fn subject_lines(subject: &str) -> String {
    let words: Vec<&str> = subject.split(' ').collect();
    // Nothing may look like an encoded word that is none.
    let plain = words.iter().all(|word| word.len() <= WORD && word.bytes().all(|byte| byte.is_ascii_graphic()) && !word.contains("=?"));
    let encoded: Vec<String> = if plain { Vec::new() } else { encoded_words(subject) };
    let words: Vec<&str> = if plain { words } else { encoded.iter().map(String::as_str).collect() };
    folded(SUBJECT, &words)
}

/// Words of a header in lines.
fn folded(name: &str, words: &[&str]) -> String {
    let (mut made, mut column) = (String::new(), name.len() + 2);
    for (place, word) in words.iter().enumerate() {
        if place > 0 {
            // The blank that begins a line belongs to the text.
            let fold = column + 1 + word.len() > LINE;
            made.push_str(if fold { "\r\n " } else { " " });
            column = if fold { 1 } else { column + 1 };
        }
        made.push_str(word);
        column += word.len();
    }
    made
}

/// Each holds whole code points. The first stands behind the header's name.
fn encoded_words(subject: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut piece, mut most) = (String::new(), PIECE - 6);
    for c in subject.chars() {
        if piece.len() + c.len_utf8() > most {
            words.push(encoded_word(&std::mem::take(&mut piece)));
            most = PIECE;
        }
        piece.push(c);
    }
    words.push(encoded_word(&piece));
    words
}

fn encoded_word(piece: &str) -> String {
    format!("=?utf-8?B?{}?=", STANDARD.encode(piece))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_short_and_short_ascii_stays_readable() {
        assert_eq!(subject_lines("IT-7F3K VPN access, Rita North"), "IT-7F3K VPN access, Rita North");
        let words = "many short words ".repeat(11);
        let long = "x".repeat(200);
        let family = "👨‍👩‍👧‍👦".repeat(18);
        for subject in [words.trim(), &long, &family, "Ünïcödé here", "=?utf-8?Q?not?=", "a\u{7f}b", "שלום (עולם)!", ""] {
            let header = format!("Subject: {}", subject_lines(subject));
            for line in header.split("\r\n") {
                assert!(line.len() <= LINE && line.is_ascii() && !line.trim().is_empty(), "{line:?} of {subject}");
            }
        }
        assert_eq!(subject_lines(words.trim()).replace("\r\n ", " "), words.trim());
    }

    #[test]
    fn many_recipients_stand_in_many_lines() {
        let to: Vec<Mailbox> =
            (0..50).map(|number| format!("somebody.with.a.long.name.{number}@department.x.example").parse().unwrap()).collect();
        let mut headers = lettre::message::header::Headers::new();
        headers.insert_raw(recipients_header(&to));
        let recipients = headers.get_raw(TO).unwrap();
        assert!(folded(TO, &recipients.split(' ').collect::<Vec<_>>()).split("\r\n").all(|line| line.len() <= LINE));
        assert_eq!(recipients.matches(", ").count(), 49);
    }
}
