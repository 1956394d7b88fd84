//! The questions about a request and their answers, in the order in which they were asked.

use super::{Event, EventKind};
use crate::people::PersonRef;
use chrono::{DateTime, Utc};

/// One question with its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuestionExchange {
    /// Number of the event that asked.
    pub seq: u32,
    pub question: ThreadMessage,
    /// None while it waits.
    pub answer: Option<ThreadMessage>,
}

/// What somebody wrote, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThreadMessage {
    /// None when Docket itself did.
    pub by: Option<PersonRef>,
    pub at: DateTime<Utc>,
    pub text: String,
}

/// Every question so far. An answer belongs to the question before it.
pub fn thread(events: &[Event]) -> Vec<QuestionExchange> {
    let mut thread: Vec<QuestionExchange> = Vec::new();
    for event in events {
        let words = |text: &String| ThreadMessage { by: event.actor.clone(), at: event.at, text: text.clone() };
        match &event.what {
            EventKind::InfoRequested { question } => {
                thread.push(QuestionExchange { seq: event.seq, question: words(question), answer: None })
            }
            EventKind::InfoProvided { answer } => {
                if let Some(open) = thread.last_mut() {
                    open.answer = Some(words(answer));
                }
            }
            _ => {}
        }
    }
    thread
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_and_answers_go_together() {
        let at = DateTime::from_timestamp(0, 0).unwrap();
        let asked = |seq, text: &str| Event { seq, at, actor: None, what: EventKind::InfoRequested { question: text.to_owned() } };
        let answered = |seq, text: &str| Event { seq, at, actor: None, what: EventKind::InfoProvided { answer: text.to_owned() } };
        let events =
            [asked(2, "Which?"), answered(3, "This"), Event { seq: 4, at, actor: None, what: EventKind::Started }, asked(5, "When?")];
        let read: Vec<_> =
            thread(&events).into_iter().map(|one| (one.seq, one.question.text, one.answer.map(|words| words.text))).collect();
        assert_eq!(read, [(2, "Which?".to_owned(), Some("This".to_owned())), (5, "When?".to_owned(), None)]);
    }
}
