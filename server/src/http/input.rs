//! What a request may weigh: declared here for each server function, and asked before anything of it is read.
//!
//! This is the outer bound, so that no argument escapes one: bytes, the longest text, the most entries of a list and how deep lists and
//! objects lie in one another. What a single argument may be is smaller and stands with its rules (domain `bounds`, forms, tasks, …).

use super::BODY_LIMIT;
use super::answers::{answer_error, answer_error_as};
use super::kinds::RequestKind;
use app::error::CallError;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::Refusal;

/// Longest address, with its query.
pub const LONGEST_ADDRESS: usize = 8 * 1024;
/// Largest body of a plain form: signing in and out, another organization, the doors.
const LARGEST_FORM: usize = 16 * 1024;
/// Longest number, `true`, `false` or `null`.
const LONGEST_WORD: usize = 64;
/// As deep as anything may be declared to lie.
const DEEPEST: usize = 16;

/// What the arguments of a server function weigh at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InputWeight {
    /// Bytes of the whole.
    pub bytes: usize,
    /// Bytes of the longest text, as it is written.
    pub text: usize,
    /// Entries of a list or an object.
    pub entries: usize,
    /// Lists and objects in one another.
    pub depth: usize,
}

/// Ids, keys, docket numbers, choices, texts to search by.
const WORDS: InputWeight = InputWeight { bytes: 4 * 1024, text: 1024, entries: 16, depth: 4 };
/// A list of ids.
const IDS: InputWeight = InputWeight { bytes: 64 * 1024, text: 64, entries: 1_000, depth: 3 };
/// A small form with a list of domains in it.
const SETTINGS: InputWeight = InputWeight { bytes: 32 * 1024, text: 26 * 1024, entries: 64, depth: 4 };
/// Some answers, and what is chosen out of all that an organization has.
const CHOICES: InputWeight = InputWeight { bytes: 128 * 1024, text: 1024, entries: 2_000, depth: 6 };
/// A text that a person writes: of 4,000 characters, each of which takes up to six bytes and twice as many when it is escaped.
const NOTE: InputWeight = InputWeight { bytes: 64 * 1024, text: 48 * 1024, entries: 32, depth: 4 };
/// Decisions about many requests, with a reason for each.
const NOTES: InputWeight = InputWeight { bytes: 1024 * 1024, text: 48 * 1024, entries: 200, depth: 4 };
/// The answers to a form: what is kept of them is bounded by their use case.
const ANSWERS: InputWeight = InputWeight { bytes: 600 * 1024, text: 512 * 1024, entries: 5_000, depth: 8 };

/// A table of people, each letter of which may be escaped.
const TABLE: InputWeight = InputWeight { bytes: 900 * 1024, text: 880 * 1024, entries: 8, depth: 2 };

/// Each server function, and what it takes at most.
pub const WEIGHTS: &[(&str, InputWeight)] = &[
    ("/call/access/give_grant", WORDS),
    ("/call/access/page", WORDS),
    ("/call/access/preview_grant", WORDS),
    ("/call/access/remove_role", WORDS),
    ("/call/access/remove_space", WORDS),
    ("/call/access/save_role", WORDS),
    ("/call/access/save_space", WORDS),
    ("/call/access/take_back", WORDS),
    ("/call/access/who_sees", WORDS),
    ("/call/account/away", WORDS),
    ("/call/account/begin_away", CHOICES),
    ("/call/account/change_password", NOTE),
    ("/call/account/end_away", WORDS),
    ("/call/account/identities", WORDS),
    ("/call/account/me", WORDS),
    ("/call/account/profile", WORDS),
    ("/call/account/providers", WORDS),
    ("/call/account/resume_away", WORDS),
    ("/call/account/save_profile", WORDS),
    ("/call/account/unlink_identity", WORDS),
    ("/call/admin/connector", WORDS),
    ("/call/admin/console", WORDS),
    ("/call/admin/delivery", WORDS),
    ("/call/admin/hold", WORDS),
    ("/call/admin/kinds", WORDS),
    ("/call/admin/preview_template", ANSWERS),
    ("/call/admin/replay_since", WORDS),
    ("/call/admin/save_connector", ANSWERS),
    ("/call/admin/send_now", IDS),
    ("/call/admin/skip", WORDS),
    ("/call/admin/test_connector", WORDS),
    ("/call/approvals/decide", NOTE),
    ("/call/approvals/decide_many", NOTES),
    ("/call/approvals/dismiss_refused", IDS),
    ("/call/approvals/inbox", WORDS),
    ("/call/approvals/leadership", WORDS),
    ("/call/approvals/send_held", IDS),
    ("/call/approvals/undo_held", IDS),
    ("/call/audit/entry", WORDS),
    ("/call/audit/page", WORDS),
    ("/call/catalog/page", WORDS),
    ("/call/doors/invitations", WORDS),
    ("/call/doors/invite", NOTE),
    ("/call/doors/link", WORDS),
    ("/call/doors/registration", WORDS),
    ("/call/doors/resend_invitation", WORDS),
    ("/call/doors/revoke_invitation", WORDS),
    ("/call/doors/setup", WORDS),
    ("/call/notices/change_mine", WORDS),
    ("/call/notices/change_ours", WORDS),
    ("/call/notices/list", WORDS),
    ("/call/notices/mine", WORDS),
    ("/call/notices/ours", WORDS),
    ("/call/notices/read", IDS),
    ("/call/notices/seen", WORDS),
    ("/call/organization/change_seat", WORDS),
    ("/call/organization/group", WORDS),
    ("/call/organization/groups", WORDS),
    ("/call/organization/page", WORDS),
    ("/call/organization/remove_group", WORDS),
    ("/call/organization/save", SETTINGS),
    ("/call/organization/save_group", WORDS),
    ("/call/people/disable", NOTE),
    ("/call/people/enable", WORDS),
    ("/call/people/end_sessions", WORDS),
    ("/call/people/erase", WORDS),
    ("/call/people/import", TABLE),
    ("/call/people/page", WORDS),
    ("/call/people/person", WORDS),
    ("/call/people/preview_import", TABLE),
    ("/call/people/save", WORDS),
    ("/call/requests/act", NOTE),
    ("/call/requests/add_task", NOTE),
    ("/call/requests/board", WORDS),
    ("/call/requests/change_task", NOTE),
    ("/call/requests/comment", NOTE),
    ("/call/requests/discard_draft", WORDS),
    ("/call/requests/earlier_comments", WORDS),
    ("/call/requests/earlier_events", WORDS),
    ("/call/requests/edit_comment", NOTE),
    ("/call/requests/edit_task", NOTE),
    ("/call/requests/mine", WORDS),
    ("/call/requests/my_tasks", WORDS),
    ("/call/requests/open_draft", WORDS),
    ("/call/requests/page", WORDS),
    ("/call/requests/page_at", WORDS),
    ("/call/requests/preview_route", ANSWERS),
    ("/call/requests/queue", WORDS),
    ("/call/requests/remove_comment", WORDS),
    ("/call/requests/replay", WORDS),
    ("/call/requests/restore_comment", WORDS),
    ("/call/requests/restore_draft", WORDS),
    ("/call/requests/revoke_share", WORDS),
    ("/call/requests/save_draft", ANSWERS),
    ("/call/requests/search_groups", WORDS),
    ("/call/requests/search_people", WORDS),
    ("/call/requests/search_spaces", WORDS),
    ("/call/requests/search_workers", WORDS),
    ("/call/requests/share_task", WORDS),
    ("/call/requests/submit_draft", ANSWERS),
    ("/call/share/change", NOTE),
    ("/call/share/comment", NOTE),
    ("/call/share/open", WORDS),
    ("/call/tokens/make", WORDS),
    ("/call/tokens/page", WORDS),
    ("/call/tokens/revoke", WORDS),
];

/// What a path takes; a new server function takes little until it says more.
fn weight_of(path: &str) -> InputWeight {
    WEIGHTS.iter().find(|(known, _)| *known == path).map_or(WORDS, |(_, weight)| *weight)
}

/// Refuses what weighs more than its address takes. Behind the sign-in: strangers are sent away without a look at what they sent.
pub async fn weigh_input(request: Request, next: Next) -> Response {
    if *request.method() != Method::POST {
        return next.run(request).await;
    }
    let call = RequestKind::of(&request) == RequestKind::Call;
    let (parts, body) = request.into_parts();
    let weight = weight_of(parts.uri.path());
    let most = if call { weight.bytes } else { LARGEST_FORM };
    // Read to its end also when it is too large: who is still sending hears no answer.
    let bytes = match axum::body::to_bytes(body, BODY_LIMIT).await {
        Ok(bytes) if bytes.len() <= most => bytes,
        _ => return too_large(call),
    };
    let bytes = match if call { weigh(bytes.into(), &weight) } else { Ok(bytes.into()) } {
        Ok(bytes) => bytes,
        Err(excess) => return too_much(excess),
    };
    next.run(Request::from_parts(parts, Body::from(bytes))).await
}

/// Refuses an address that is longer than any of ours.
pub async fn bound_address(request: Request, next: Next) -> Response {
    let length = request.uri().path_and_query().map_or(0, |address| address.as_str().len());
    if length > LONGEST_ADDRESS {
        let text = "This address is too long. Go back and try again with less in it.\n";
        return (StatusCode::URI_TOO_LONG, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response();
    }
    next.run(request).await
}

fn too_large(call: bool) -> Response {
    let words = "This is too long to be sent. Shorten it, then try again.";
    if call {
        return answer_error_as(StatusCode::PAYLOAD_TOO_LARGE, &CallError::Refused { refusal: Refusal::input("", words) });
    }
    (StatusCode::PAYLOAD_TOO_LARGE, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], format!("{words}\n")).into_response()
}

fn too_much(excess: Excess) -> Response {
    let words = match excess {
        Excess::Text => "A text is too long to be sent. Shorten it, then try again.",
        Excess::Entries => "This is too much at once. Choose fewer, then try again.",
        Excess::Depth | Excess::Word => "The server could not read what was sent. Reload the page and try again.",
    };
    answer_error(&CallError::Refused { refusal: Refusal::input("", words) })
}

/// What is more than was declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Excess {
    Text,
    Entries,
    Depth,
    Word,
}

/// Weighs JSON in one pass, without reading it: what is no JSON is left to whoever reads it. A NUL, which PostgreSQL keeps in no text,
/// becomes the sign for what cannot be read.
fn weigh(mut json: Vec<u8>, most: &InputWeight) -> Result<Vec<u8>, Excess> {
    let mut entries = [0_usize; DEEPEST + 1];
    let (mut depth, mut word, mut at) = (0, 0, 0);
    while let Some(byte) = json.get(at).copied() {
        at += 1;
        word = if matches!(byte, b'"' | b'{' | b'[' | b'}' | b']' | b',' | b':') || byte.is_ascii_whitespace() { 0 } else { word + 1 };
        match byte {
            b'"' => {
                let end = text_end(&mut json, at);
                if end - at > most.text {
                    return Err(Excess::Text);
                }
                at = end + 1;
            }
            b'{' | b'[' => {
                depth += 1;
                if depth > most.depth.min(DEEPEST) {
                    return Err(Excess::Depth);
                }
                entries[depth] = 1;
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b',' => {
                entries[depth] += 1;
                if entries[depth] > most.entries {
                    return Err(Excess::Entries);
                }
            }
            _ if word > LONGEST_WORD => return Err(Excess::Word),
            _ => {}
        }
    }
    Ok(json)
}

/// Where the text ends that begins here: at its closing quote, or where everything ends.
fn text_end(json: &mut [u8], from: usize) -> usize {
    let mut at = from;
    while let Some(byte) = json.get(at) {
        match byte {
            b'"' => return at,
            b'\\' => {
                if json[at..].starts_with(br"\u0000") {
                    json[at..at + 6].copy_from_slice(br"\ufffd");
                }
                at += 2;
            }
            _ => at += 1,
        }
    }
    json.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: InputWeight = InputWeight { bytes: 1024, text: 5, entries: 3, depth: 2 };

    fn weighed(json: &str) -> Result<String, Excess> {
        weigh(json.as_bytes().to_vec(), &SMALL).map(|bytes| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn what_is_within_its_bounds_passes_as_it_is() {
        for json in ["", "{}", "null", r#"{"a":"12345","b":[1,2,3],"c":{}}"#, r#"["\"]]]","[{,"]"#, r#"{"open"#, r#""open"#, r#""\"#] {
            assert_eq!(weighed(json).as_deref(), Ok(json));
        }
    }

    #[test]
    fn each_bound_is_kept() {
        for (json, excess) in [
            (r#"{"a":"123456"}"#, Excess::Text),
            (r#"{"abcdef":1}"#, Excess::Text),
            ("[1,2,3,4]", Excess::Entries),
            (r#"{"a":[1,[2]]}"#, Excess::Depth),
            (&"[".repeat(100_000), Excess::Depth),
            (&"9".repeat(65), Excess::Word),
            (r#"{"a":1,"b":2,"c":3,"d":4}"#, Excess::Entries),
        ] {
            assert_eq!(weighed(json), Err(excess), "{json}");
        }
    }

    #[test]
    fn a_nul_is_read_as_what_cannot_be_read() {
        let roomy = InputWeight { text: 40, ..SMALL };
        let read = |json: &[u8]| String::from_utf8(weigh(json.to_vec(), &roomy).unwrap()).unwrap();
        assert_eq!(read(br#"["a\u0000b"]"#), r#"["a\ufffdb"]"#);
        assert_eq!(read(br#"["a\\u0000b"]"#), r#"["a\\u0000b"]"#, "a backslash that somebody typed");
    }

    #[test]
    fn no_weight_is_deeper_than_what_is_looked_at() {
        assert!(WEIGHTS.iter().all(|(_, weight)| weight.depth <= DEEPEST && weight.bytes <= BODY_LIMIT));
    }
}
