//! What is said about a request, case by case: comments, whom they mention, and links that open a task.

mod office;
mod world;

use chrono::Duration;
use domain::effect::{Effect, NoticeEffect};
use domain::id::{CommentId, TaskId};
use domain::people::Facts;
use domain::refusal::Refusal;
use domain::requests::comments::{self, Comment, CommentAudience, CommentAuthor, CommentPart};
use domain::requests::lifecycle::{ActionInput, ActionKind, act};
use domain::requests::share::{self, ShareLink};
use domain::requests::{FulfilmentPlan, Request};
use office::*;
use uuid::Uuid;
use world::filed;

fn plain() -> Facts {
    Facts { roles: vec!["requester".to_owned()], memberships: vec![], ..requester() }
}

fn started() -> Request {
    let request = filed(None, FulfilmentPlan::default()).request;
    let decision = act(&request, &operator(), &ActionInput::new(ActionKind::Start, ""), at(1)).expect("work begins");
    Request { state: decision.state, ..request }
}

fn comment(by: &Facts, audience: CommentAudience, body: &str) -> Comment {
    let author = CommentAuthor::Person { person: by.person.clone() };
    Comment {
        id: CommentId(Uuid::from_u128(8)),
        author,
        audience,
        task: None,
        body: body.to_owned(),
        at: at(0),
        edited_at: None,
        earlier: Vec::new(),
    }
}

#[test]
fn internal_comments_are_for_those_who_work() {
    let request = started();
    let write = |who: &Facts, audience| comments::write(&request, who, audience, " Hello ", at(1));
    assert_eq!(write(&plain(), CommentAudience::Public), Ok("Hello".to_owned()));
    assert!(matches!(write(&plain(), CommentAudience::Internal), Err(Refusal::NotNow { .. })));
    assert_eq!(write(&operator(), CommentAudience::Internal), Ok("Hello".to_owned()));
    assert_eq!(write(&stranger(), CommentAudience::Public), Err(Refusal::NotFound));
    let inside = comment(&operator(), CommentAudience::Internal, "Careful");
    let readers: Vec<_> = [plain(), operator(), admin(), ruth()].iter().map(|who| comments::may_read(&request, &inside, who)).collect();
    assert_eq!(readers, [false, true, true, false]);
    assert!(comments::write(&request, &plain(), CommentAudience::Public, "\n ", at(1)).is_err());
    assert_eq!(comments::write_by_link(&request, "Ada", "Done").unwrap(), ("Ada".to_owned(), "Done".to_owned()));
    assert!(comments::write_by_link(&request, "", "Done").is_err());
    let called = format!("@[Olga]({}) look", operator().person.id);
    assert_eq!(comments::write_by_link(&request, "Ada", &called).unwrap().1, "@Olga look", "nobody is mentioned");
    let outside =
        Comment { author: CommentAuthor::Outsider { name: "Ada".to_owned() }, ..comment(&plain(), CommentAudience::Public, &called) };
    assert_eq!(comments::notice(&request, &outside, &[operator()], at(1)), None);
}

#[test]
fn comments_are_changed_by_their_author_for_ten_minutes() {
    let (request, own) = (started(), comment(&plain(), CommentAudience::Public, "Helo"));
    let edit = |who: &Facts, minute| comments::edit(&request, &own, who, "Hello", at(minute));
    assert_eq!(edit(&plain(), 9), Ok("Hello".to_owned()));
    assert!(edit(&plain(), 10).unwrap_err().to_string().contains("10 minutes"));
    assert_eq!(edit(&operator(), 1), Err(Refusal::not_now("Only its author can change a comment.")));
    assert_eq!(edit(&stranger(), 1), Err(Refusal::NotFound));
    let inside = comment(&operator(), CommentAudience::Internal, "Careful");
    assert_eq!(comments::edit(&request, &inside, &plain(), "x", at(1)), Err(Refusal::NotFound), "what one may not read is not there");
    let outside = Comment { author: CommentAuthor::Outsider { name: "Ada".to_owned() }, ..own.clone() };
    assert!(comments::edit(&request, &outside, &plain(), "x", at(1)).is_err());
}

#[test]
fn a_comment_reads_at_each_moment_as_it_did_then() {
    let written = comment(&plain(), CommentAudience::Public, "Helo");
    let changed = written.clone().changed("Hello".to_owned(), false, at(2));
    let back = changed.left(false, at(4)).left(true, at(6));
    let then = |minute| back.clone().at(false, at(minute)).map(|read| (read.body, read.edited_at, read.earlier.len()));
    assert_eq!(back.clone().at(false, at(0) - chrono::Duration::seconds(1)), None, "not written yet");
    assert_eq!(then(1), Some(("Helo".to_owned(), None, 0)));
    assert_eq!(then(2), Some(("Hello".to_owned(), Some(at(2)), 0)));
    assert_eq!(then(4), None, "removed");
    assert_eq!(then(6), Some(("Hello".to_owned(), Some(at(2)), 0)));
    assert_eq!(back.clone().at(true, at(9)), None, "removed again");
    assert_eq!(written.clone().at(false, at(9)), Some(written));
}

#[test]
fn mentions_are_found_and_nothing_else_is_lost() {
    let id = ruth().person.id;
    let body = format!("Hi @[Ruth Abel]({id}), ask @[x](nobody) or @[ ä @[Mei Lin]({id})!");
    let text = id.to_string();
    let mention = |name| CommentPart::Mention { id: &text, name };
    let found = comments::parts(&body);
    let expected = [
        CommentPart::Text("Hi "),
        mention("Ruth Abel"),
        CommentPart::Text(", ask @[x](nobody) or @[ ä "),
        mention("Mei Lin"),
        CommentPart::Text("!"),
    ];
    assert_eq!(found, expected);
    assert_eq!((comments::mentioned(&body), comments::mentioned("a@b.example @[")), (vec![id], vec![]));
}

#[test]
fn those_mentioned_are_told_if_they_may_read_it() {
    let request = started();
    let ids = [operator(), plain(), stranger(), supervisor()].map(|who| format!("@[x]({})", who.person.id)).join(" ");
    let known = [operator(), plain(), stranger(), supervisor(), checker()];
    let told = |audience| match comments::notice(&request, &comment(&operator(), audience, &ids), &known, at(1)) {
        Some(Effect::Notify(NoticeEffect { event, people, .. })) if event == "mentioned" => people,
        other => panic!("{other:?}"),
    };
    assert_eq!(told(CommentAudience::Public), [plain().person.id, supervisor().person.id]);
    assert_eq!(told(CommentAudience::Internal), [supervisor().person.id]);
    assert_eq!(comments::notice(&request, &comment(&operator(), CommentAudience::Public, "Nobody"), &known, at(1)), None);
}

#[test]
fn links_open_until_they_end_and_say_nothing_else() {
    let link = ShareLink {
        id: Uuid::from_u128(1).into(),
        task: TaskId(Uuid::from_u128(9)),
        token_hash: share::hash("token"),
        created_by: operator().person,
        created_at: at(0),
        expires_at: at(60),
        revoked_at: None,
        uses: 0,
        last_used_at: None,
    };
    let used = share::open(Some(&share::open(Some(&link), at(1)).unwrap()), at(59)).unwrap();
    assert_eq!((used.uses, used.last_used_at), (2, Some(at(59))));
    let revoked = share::revoke(&link, at(5));
    let answers: std::collections::BTreeSet<String> =
        [share::open(None, at(1)), share::open(Some(&link), at(60)), share::open(Some(&revoked), at(5))]
            .into_iter()
            .map(|answer| answer.unwrap_err().to_string())
            .collect();
    assert_eq!(answers.len(), 1, "the same words for each: {answers:?}");
    assert_eq!(share::revoke(&revoked, at(9)).revoked_at, Some(at(5)));
    assert_eq!(share::hash("token"), "3c469e9d6c5875d37a43f353d4f88e61fcf812c66eee3457465a40b0da4153e0");
    assert_eq!([0, 1, 90, 91, u32::MAX].map(|days| share::expiry(days, at(0)).is_ok()), [false, true, true, false, false]);
    assert_eq!(share::expiry(90, at(0)), Ok(at(0) + Duration::days(90)));
}
