//! In whose place the reader decides, said where they decide.

use super::desk::InboxDesk;
use crate::requests::page::timeline::listed;
use crate::ui::Icon;
use domain::approvals::wire::ApprovalView;
use leptos::prelude::*;

/// "You decide for Ruth Abel. Both names are recorded." Nothing when it is one's own decision.
#[component]
pub fn InPlaceOf(desk: InboxDesk) -> impl IntoView {
    let words = Memo::new(move |_| desk.read_page(|page| page.and_then(|page| words(&page.approval))));
    let line = move |words: String| {
        view! {
            <p class="decide__for">
                <Icon name="user-check" />
                <span>{words}</span>
            </p>
        }
    };
    (move || words.get().map(line)).into_any()
}

/// Each rule that is decided in one's own right makes it one's own decision.
fn words(approval: &ApprovalView) -> Option<String> {
    let yours = approval.rules.iter().filter(|rule| rule.yours);
    let mut names: Vec<String> = yours.map(|rule| rule.on_behalf_of.as_ref().map(|absent| absent.name.clone())).collect::<Option<_>>()?;
    names.dedup();
    (!names.is_empty()).then(|| format!("You decide for {}. Both names are recorded.", listed(&names)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::approvals::StageRequirement;
    use domain::approvals::wire::RuleView;
    use domain::people::PersonRef;

    #[test]
    fn the_absent_person_is_named_unless_it_is_ones_own_decision() {
        let absent = PersonRef { id: uuid::Uuid::nil().into(), name: "Ruth Abel".to_owned(), title: String::new() };
        let rule = |yours: bool, as_deputy: bool| RuleView {
            label: "Owner".to_owned(),
            words: "Ruth Abel".to_owned(),
            yours,
            given: None,
            stage: 0,
            key: "owner".to_owned(),
            on_behalf_of: as_deputy.then(|| absent.clone()),
            moved: String::new(),
        };
        let said = |rules: Vec<RuleView>| words(&ApprovalView { require: StageRequirement::All, rules, stages: Vec::new() });
        assert_eq!(said(vec![rule(true, true), rule(false, false)]).as_deref(), Some("You decide for Ruth Abel. Both names are recorded."));
        assert_eq!(said(vec![rule(true, true), rule(true, false)]), None);
        assert_eq!(said(vec![rule(false, true)]), None);
    }
}
