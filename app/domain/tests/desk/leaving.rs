//! Somebody leaves: who is there to decide, and whether what waits passes on when nobody is.

use super::{Desk, Fault, Snap};
use domain::approvals::able::PossibleDeciders;
use domain::approvals::delegation::meant;
use domain::approvals::machine;
use domain::approvals::{RuleTarget, StageRequirement};
use domain::people::Facts;
use domain::requests::lifecycle::{SystemObservation, case, observe};
use domain::requests::{StateChange, Status};

impl Desk {
    /// Everybody who can sign in, as they are at this moment.
    fn present(&self, snap: &Snap) -> Vec<Facts> {
        (0..self.people.len()).filter(|index| !self.is_gone(snap, *index)).map(|index| self.facts(snap, index)).collect()
    }

    /// What Docket finds when it looks who can decide.
    pub fn nobody_left(&self, snap: &Snap) -> SystemObservation {
        let (approval, people) = (&snap.request.state.approval, self.present(snap));
        let mut deciders = PossibleDeciders::default();
        for target in approval.rules().flat_map(|rule| machine::targets(approval, rule)) {
            let of_target = people.iter().filter(|facts| meant(target, facts.person.id, &facts.roles, &facts.memberships));
            deciders.means(target.clone(), of_target.map(|facts| facts.person.id).collect());
        }
        SystemObservation::NobodyLeft { deciders }
    }

    /// What Docket makes of it.
    pub fn pass_on(&self, snap: &Snap) -> Option<StateChange> {
        let decision = observe(&snap.request, &self.nobody_left(snap), Self::now(snap));
        (!decision.is_nothing() && self.fault != Some(Fault::NobodyPassesOn)).then_some(decision)
    }

    /// Whether what waits can be decided by somebody, passes on, or has no administrator to pass on to.
    pub fn goes_on(&self, snap: &Snap) -> bool {
        let approval = &snap.request.state.approval;
        let waits = snap.request.state.status == Status::PendingApproval && !snap.request.state.deleted;
        let Some(stage) = machine::open_stage(approval).filter(|_| waits) else { return true };
        let (people, case) = (self.present(snap), case(&snap.request, Self::now(snap)));
        let counted = machine::counted(approval);
        let decided = |rule| people.iter().any(|facts| !counted.contains(&facts.person.id) && machine::eligible(&case, rule, facts));
        let open = machine::open_rules(approval);
        let enough = match stage.require {
            StageRequirement::All => open.into_iter().all(decided),
            StageRequirement::Any | StageRequirement::AtLeast(_) => open.into_iter().any(decided),
        };
        let administrator = |facts: &Facts| {
            let me = facts.person.id;
            me != snap.request.requester.id
                && meant(&RuleTarget::Administrators, me, &facts.roles, &facts.memberships)
                && !counted.contains(&me)
        };
        enough || !people.iter().any(administrator) || self.pass_on(snap).is_some()
    }
}
