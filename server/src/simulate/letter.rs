//! What a strict mail server looks at in a message before it takes it: RFC 5322, RFC 2045 to 2047, and what the big providers refuse.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::collections::BTreeMap;

/// Octets of a line without its end, by RFC 5322.
const LONGEST_LINE: usize = 998;
/// Characters of an encoded word, by RFC 2047.
const LONGEST_WORD: usize = 75;
/// UTF-16 code units of a subject, by Exchange's rule.
const LONGEST_SUBJECT: usize = 255;
/// Headers that stand in a message once at most.
const SINGLE: &[&str] = &[
    "date",
    "from",
    "sender",
    "reply-to",
    "to",
    "cc",
    "bcc",
    "message-id",
    "in-reply-to",
    "references",
    "subject",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
];

/// The headers of a message by their small names, unfolded.
type Headers = BTreeMap<String, Vec<String>>;

/// The answer that refuses a message; None when it is taken. `eight_bit` says whether the client announced 8BITMIME.
pub fn refusal(message: &[u8], eight_bit: bool) -> Option<&'static str> {
    let bare = message.iter().enumerate().any(|(at, byte)| match byte {
        b'\n' => at == 0 || message[at - 1] != b'\r',
        b'\r' => message.get(at + 1) != Some(&b'\n'),
        _ => false,
    });
    if bare {
        return Some("550 5.5.2 Bare line feeds are not accepted");
    }
    if message.split(|byte| *byte == b'\n').any(|line| line.strip_suffix(b"\r").unwrap_or(line).len() > LONGEST_LINE) {
        return Some("550 5.6.0 A line is longer than 998 characters");
    }
    let end = message.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(message.len());
    let (head, body) = (&message[..end], &message[end..]);
    if !head.is_ascii() {
        return Some("550 5.6.7 Headers must be ASCII without SMTPUTF8");
    }
    let Some(headers) = headers(&String::from_utf8_lossy(head)) else { return Some("550 5.6.0 A header line has no name") };
    header_refusal(&headers).or_else(|| body_refusal(&headers, body, eight_bit))
}

fn header_refusal(headers: &Headers) -> Option<&'static str> {
    let one = |name: &str| headers.get(name).and_then(|all| all.first()).map_or("", String::as_str);
    if SINGLE.iter().any(|name| headers.get(*name).is_some_and(|all| all.len() > 1)) {
        return Some("550 5.7.1 A header stands more than once (RFC 5322)");
    }
    if chrono::DateTime::parse_from_rfc2822(one("date")).is_err() {
        return Some("550 5.7.1 Messages without a valid Date header are not accepted");
    }
    if !one("from").contains('@') {
        return Some("550 5.7.1 Messages without a valid From header are not accepted");
    }
    if !(one("message-id").starts_with('<') && one("message-id").ends_with('>') && one("message-id").contains('@')) {
        return Some("550 5.7.1 Messages without a valid Message-ID header are not accepted");
    }
    if headers.keys().any(|name| name.starts_with("content-")) && one("mime-version") != "1.0" {
        return Some("550 5.6.0 Content headers without MIME-Version (RFC 2045)");
    }
    let words = || headers.values().flatten().flat_map(|value| value.split_whitespace());
    if words().any(|word| word.starts_with("=?") && (word.len() > LONGEST_WORD || encoded_word(word).is_none())) {
        return Some("550 5.6.0 An encoded word cannot be read (RFC 2047)");
    }
    (decoded(one("subject")).encode_utf16().count() > LONGEST_SUBJECT).then_some("550 5.6.0 The subject is longer than 255 characters")
}

fn body_refusal(headers: &Headers, body: &[u8], eight_bit: bool) -> Option<&'static str> {
    let encoding = headers.get("content-transfer-encoding").and_then(|all| all.first()).map_or("7bit", String::as_str).to_lowercase();
    match body.is_ascii() {
        false if !eight_bit => Some("554 5.6.3 8-bit content without BODY=8BITMIME"),
        false if !headers.contains_key("mime-version") => Some("550 5.6.0 8-bit content without MIME-Version"),
        false if encoding == "7bit" || encoding == "quoted-printable" || encoding == "base64" => {
            Some("550 5.6.0 8-bit content in an encoding of seven bits")
        }
        _ => None,
    }
}

fn headers(head: &str) -> Option<Headers> {
    let mut lines: Vec<String> = Vec::new();
    for line in head.split("\r\n").filter(|line| !line.is_empty()) {
        match line.strip_prefix([' ', '\t']) {
            Some(rest) => lines.last_mut()?.push_str(&format!(" {}", rest.trim_start())),
            None => lines.push(line.to_owned()),
        }
    }
    let mut headers = Headers::new();
    for line in lines {
        let (name, value) = line.split_once(':')?;
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
            return None;
        }
        headers.entry(name.to_lowercase()).or_default().push(value.trim().to_owned());
    }
    Some(headers)
}

/// The subject of a message as people read it.
pub fn subject(message: &[u8]) -> String {
    let end = message.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(message.len());
    let headers = headers(&String::from_utf8_lossy(&message[..end])).unwrap_or_default();
    headers.get("subject").and_then(|all| all.first()).map(|subject| decoded(subject)).unwrap_or_default()
}

/// A header's value with its encoded words read. Blanks between two of them are nothing.
fn decoded(value: &str) -> String {
    let (mut made, mut before) = (String::new(), false);
    for word in value.split(' ') {
        let read = encoded_word(word);
        let encoded = read.is_some();
        if !(made.is_empty() || encoded && before) {
            made.push(' ');
        }
        made.push_str(&read.unwrap_or_else(|| word.to_owned()));
        before = encoded;
    }
    made
}

/// What an encoded word means, when it is one: each holds whole characters.
fn encoded_word(word: &str) -> Option<String> {
    let mut parts = word.strip_prefix("=?")?.strip_suffix("?=")?.splitn(3, '?');
    let (charset, encoding, text) = (parts.next()?, parts.next()?, parts.next()?);
    if !charset.eq_ignore_ascii_case("utf-8") {
        return None;
    }
    let bytes = match encoding {
        "B" | "b" => STANDARD.decode(text).ok()?,
        "Q" | "q" => quoted(text)?,
        _ => return None,
    };
    String::from_utf8(bytes).ok()
}

fn quoted(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let Some((first, more)) = rest.split_first() {
        rest = more;
        match first {
            b'_' => bytes.push(b' '),
            b'=' => {
                bytes.push(u8::from_str_radix(std::str::from_utf8(rest.get(..2)?).ok()?, 16).ok()?);
                rest = &rest[2..];
            }
            byte => bytes.push(*byte),
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "From: a@x.example\r\nDate: Thu, 12 Mar 2026 09:00:00 +0000\r\nMessage-ID: <1@x.example>\r\n";

    fn said(more: &str) -> String {
        refusal(format!("{HEAD}{more}").as_bytes(), true).unwrap_or_default().to_owned()
    }

    #[test]
    fn a_whole_message_is_taken() {
        assert_eq!(said("Subject: Hello\r\n there\r\n\r\nText\r\n"), "");
        assert_eq!(
            said("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\né\r\n"),
            ""
        );
    }

    #[test]
    fn each_fault_has_its_answer() {
        for (more, word) in [
            ("\r\nText\nmore\r\n", "Bare"),
            ("\r\nText\rmore\r\n", "Bare"),
            (&format!("\r\n{}\r\n", "x".repeat(999)), "998"),
            ("Content-Type: text/plain\r\n\r\nText", "MIME-Version"),
            ("Subject: a\r\nSubject: b\r\n\r\n", "more than once"),
            ("Nonsense\r\n\r\n", "no name"),
            ("Subject: é\r\n\r\n", "ASCII"),
            ("Subject: =?utf-8?B?w6?=\r\n\r\n", "encoded word"),
            (&format!("Subject: =?utf-8?B?{}?=\r\n\r\n", "YWFh".repeat(20)), "encoded word"),
            (&format!("Subject: {}\r\n\r\n", "x ".repeat(200)), "255"),
            ("\r\né\r\n", "MIME-Version"),
        ] {
            assert!(said(more).contains(word), "{more:?}: {}", said(more));
        }
        assert!(refusal(b"From: a@x.example\r\nMessage-ID: <1@x>\r\n\r\n", true).is_some_and(|said| said.contains("Date")));
        assert!(refusal(format!("{HEAD}\r\n\u{e9}").as_bytes(), false).is_some_and(|said| said.contains("8BITMIME")));
    }

    #[test]
    fn encoded_words_are_read() {
        let message = format!("{HEAD}Subject: IT-7F3K =?utf-8?B?8J+Hs/Cfh7Q=?=\r\n =?utf-8?Q?_caf=C3=A9?= now\r\n\r\n");
        assert_eq!(subject(message.as_bytes()), "IT-7F3K 🇳🇴 café now");
    }
}
