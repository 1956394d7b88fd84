//! Decisions that were made at one stroke, while they are held and can be taken back; and what went against some of them.

use domain::approvals::ApproverVerdict;
use domain::approvals::bulk::{HELD_SECONDS, HeldOutcome, HeldView};
use domain::id::HeldId;

/// What one press of a button decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldBatch {
    /// Tells it from the others.
    pub key: String,
    pub verdict: ApproverVerdict,
    /// The reason that was written, to be there again when the decision is taken back.
    pub reason: String,
    /// What is still held: ids and docket numbers.
    pub held: Vec<(HeldId, String)>,
    /// Seconds left to take it back; below zero, how long ago they ended.
    pub left: i64,
    /// It is being taken back.
    pub undoing: bool,
    /// What was not decided, and why.
    pub refused: Vec<(String, String)>,
    /// The decisions among them that the server knows: dismissed, they are told to no other page.
    pub told: Vec<HeldId>,
}

impl HeldBatch {
    /// One that was just made.
    pub fn new(verdict: ApproverVerdict, reason: String, held: Vec<(HeldId, String)>, refused: Vec<(String, String)>) -> Self {
        let first = held.first().map(|(id, _)| id.to_string()).or_else(|| refused.first().map(|(number, _)| number.clone()));
        Self { key: first.unwrap_or_default(), verdict, reason, held, left: HELD_SECONDS, undoing: false, refused, told: Vec::new() }
    }

    /// Those of a page that was just loaded: what ends at the same second was made at one stroke.
    pub fn of_views(views: &[HeldView]) -> Vec<Self> {
        let mut batches: Vec<Self> = Vec::new();
        for view in views {
            let (held, refused, told) = match &view.outcome {
                None => (vec![(view.id, view.number.clone())], Vec::new(), Vec::new()),
                Some(HeldOutcome::Refused { words }) => (Vec::new(), vec![(view.number.clone(), words.clone())], vec![view.id]),
                Some(HeldOutcome::Decided | HeldOutcome::Undone | HeldOutcome::Dismissed { .. }) => continue,
            };
            let left = i64::from(view.left);
            match batches.last_mut().filter(|last| (last.verdict, last.left, last.held.is_empty()) == (view.verdict, left, held.is_empty()))
            {
                Some(last) => {
                    last.held.extend(held);
                    last.refused.extend(refused);
                    last.told.extend(told);
                }
                None => batches.push(Self { left, told, ..Self::new(view.verdict, String::new(), held, refused) }),
            }
        }
        batches
    }

    /// Takes in what became of its decisions.
    pub fn hear(&mut self, views: &[HeldView]) {
        let (refused, told) = (&mut self.refused, &mut self.told);
        self.held.retain(|(id, number)| match views.iter().find(|view| view.id == *id).map(|view| &view.outcome) {
            Some(Some(HeldOutcome::Refused { words })) => {
                refused.push((number.clone(), words.clone()));
                told.push(*id);
                false
            }
            Some(Some(HeldOutcome::Decided | HeldOutcome::Undone | HeldOutcome::Dismissed { .. })) => false,
            Some(None) | None => true,
        });
    }

    /// Something of it can still be taken back.
    pub fn is_held(&self) -> bool {
        !self.held.is_empty()
    }

    /// Nothing is left of it to say.
    pub fn is_over(&self) -> bool {
        self.held.is_empty() && self.refused.is_empty()
    }

    /// "Approving IT-7F3K", "Declining 3 requests".
    pub fn words(&self) -> String {
        match self.held.as_slice() {
            [(_, number)] => format!("{} {number}", doing(self.verdict)),
            many => format!("{} {} requests", doing(self.verdict), many.len()),
        }
    }
}

/// What a decision is called while it is held.
pub fn doing(verdict: ApproverVerdict) -> &'static str {
    match verdict {
        ApproverVerdict::Approve => "Approving",
        ApproverVerdict::Reject => "Declining",
        ApproverVerdict::AskForChanges => "Asking for changes to",
    }
}

/// "was not approved".
pub fn was_not(verdict: ApproverVerdict) -> &'static str {
    match verdict {
        ApproverVerdict::Approve => "was not approved",
        ApproverVerdict::Reject => "was not declined",
        ApproverVerdict::AskForChanges => "was not sent back",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use uuid::Uuid;

    fn view(n: u128, left: u32, outcome: Option<HeldOutcome>) -> HeldView {
        HeldView {
            id: HeldId(Uuid::from_u128(n)),
            number: format!("IT-{n}"),
            verdict: ApproverVerdict::Approve,
            due_at: DateTime::from_timestamp(0, 0).unwrap(),
            left,
            outcome,
        }
    }

    #[test]
    fn what_was_made_at_one_stroke_is_taken_back_at_one_stroke() {
        let refused = HeldOutcome::Refused { words: "Samir Haddad approved this at 10:34.".to_owned() };
        let views =
            [view(1, 3, None), view(2, 3, None), view(3, 6, None), view(4, 0, Some(HeldOutcome::Decided)), view(5, 0, Some(refused))];
        let batches = HeldBatch::of_views(&views);
        assert_eq!(batches.iter().map(HeldBatch::words).collect::<Vec<_>>()[..2], ["Approving 2 requests", "Approving IT-3"]);
        assert_eq!(batches[2].refused, [("IT-5".to_owned(), "Samir Haddad approved this at 10:34.".to_owned())]);
    }

    #[test]
    fn an_outcome_ends_what_was_held_and_a_refusal_stays_to_be_read() {
        let mut batch = HeldBatch::of_views(&[view(1, 3, None), view(2, 3, None)]).remove(0);
        batch.hear(&[view(1, 0, Some(HeldOutcome::Decided)), view(2, 0, None)]);
        assert_eq!((batch.words().as_str(), batch.is_over()), ("Approving IT-2", false));
        batch.hear(&[view(2, 0, Some(HeldOutcome::Refused { words: "Too late".to_owned() }))]);
        assert_eq!((batch.held.len(), batch.refused.len(), batch.is_over()), (0, 1, false));
        assert_eq!(batch.told, [HeldId(Uuid::from_u128(2))], "what is to be dismissed");
        let mut other = HeldBatch::of_views(&[view(3, 3, None)]).remove(0);
        other.hear(&[view(3, 0, Some(HeldOutcome::Undone))]);
        assert!(other.is_over());
    }
}
