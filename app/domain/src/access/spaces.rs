//! Spaces: places and units of an organization (a campus, a building, a department, a customer). They form a tree: what is held over one
//! is held over all that is below it, and moving one moves that.

use crate::id::SpaceId;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How many spaces may be one inside the other.
pub const DEEPEST: usize = 8;
/// Spaces of one organization: the tree is read as a whole.
pub const MOST_SPACES: usize = 5000;

/// A space as shown, and as a request keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpaceRef {
    pub id: SpaceId,
    pub name: String,
}

/// A place or unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Space {
    pub id: SpaceId,
    /// Stable key, as in definition files.
    pub key: String,
    pub name: String,
    /// What it is a part of; of the organization itself when None.
    #[serde(default)]
    pub parent: Option<SpaceId>,
    /// Whom to ask about it, in words: a name, an address, a number. May be empty.
    #[serde(default)]
    pub contact: String,
}

impl Space {
    /// The space as shown.
    pub fn shown(&self) -> SpaceRef {
        SpaceRef { id: self.id, name: self.name.clone() }
    }
}

/// The spaces of an organization: which is inside which.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SpaceTree {
    parents: BTreeMap<SpaceId, Option<SpaceId>>,
    children: BTreeMap<SpaceId, Vec<SpaceId>>,
}

impl SpaceTree {
    /// The tree of these spaces, each with what it is a part of.
    pub fn of(spaces: impl IntoIterator<Item = (SpaceId, Option<SpaceId>)>) -> Self {
        let mut tree = Self::default();
        for (id, parent) in spaces {
            tree.parents.insert(id, parent);
            if let Some(parent) = parent {
                tree.children.entry(parent).or_default().push(id);
            }
        }
        tree
    }

    /// The space and all that is below it. Of a space that is not there: nothing.
    pub fn below(&self, space: SpaceId) -> BTreeSet<SpaceId> {
        let mut found = BTreeSet::new();
        let mut next = if self.parents.contains_key(&space) { vec![space] } else { Vec::new() };
        while let Some(one) = next.pop() {
            // Whatever was stored: no space is looked at twice.
            if found.insert(one) {
                next.extend(self.children.get(&one).into_iter().flatten());
            }
        }
        found
    }

    /// The space and what it is a part of, the nearest first.
    pub fn path(&self, space: SpaceId) -> Vec<SpaceId> {
        let mut path = Vec::new();
        let mut next = self.parents.contains_key(&space).then_some(space);
        while let Some(one) = next.filter(|one| !path.contains(one)) {
            path.push(one);
            next = self.parents.get(&one).copied().flatten();
        }
        path
    }

    /// How many spaces are one inside the other in what is below this one, itself included.
    fn height(&self, space: SpaceId) -> usize {
        let all = self.below(space);
        let depth = |one: SpaceId| self.path(one).iter().take_while(|up| all.contains(up)).count();
        all.iter().map(|one| depth(*one)).max().unwrap_or(0)
    }

    /// Why a space cannot be a part of that one; None when it can.
    pub fn problem_of_move(&self, space: SpaceId, parent: SpaceId) -> Option<String> {
        if self.below(space).contains(&parent) {
            return Some("A space cannot be inside itself, or inside one of those that are in it".to_owned());
        }
        let depth = self.path(parent).len() + self.height(space).max(1);
        (depth > DEEPEST).then(|| format!("Spaces can be {DEEPEST} deep. Choose one that is less deep"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn id(n: u128) -> SpaceId {
        SpaceId(Uuid::from_u128(n))
    }

    fn tree(parents: &[(u128, u128)]) -> SpaceTree {
        SpaceTree::of(parents.iter().map(|(space, parent)| (id(*space), (*parent > 0).then(|| id(*parent)))))
    }

    fn set(of: &[u128]) -> BTreeSet<SpaceId> {
        of.iter().map(|n| id(*n)).collect()
    }

    #[test]
    fn what_is_below_is_found_and_a_sibling_is_not() {
        let tree = tree(&[(1, 0), (2, 1), (3, 1), (4, 2), (5, 0)]);
        assert_eq!(tree.below(id(1)), set(&[1, 2, 3, 4]));
        assert_eq!(tree.below(id(2)), set(&[2, 4]));
        assert_eq!((tree.below(id(3)), tree.below(id(9))), (set(&[3]), set(&[])));
        assert_eq!(tree.path(id(4)), [id(4), id(2), id(1)]);
    }

    #[test]
    fn a_space_is_never_inside_itself_and_never_too_deep() {
        let tree = tree(&[(1, 0), (2, 1), (3, 2), (11, 0), (12, 11), (13, 12), (14, 13), (15, 14), (16, 15)]);
        for (space, parent, moves) in
            [(2, 2, false), (1, 3, false), (3, 1, true), (1, 11, true), (1, 15, true), (1, 16, false), (3, 16, true), (2, 16, true)]
        {
            assert_eq!(tree.problem_of_move(id(space), id(parent)).is_none(), moves, "{space} into {parent}");
        }
    }

    proptest! {
        /// Below and path are one relation, whatever is stored, also what can never have been made.
        #[test]
        fn one_is_below_the_other_where_the_other_is_on_its_path(parents in prop::collection::vec(0_u128..9, 8)) {
            let rows: Vec<(u128, u128)> = parents.iter().enumerate().map(|(n, parent)| (n as u128 + 1, *parent)).collect();
            let tree = tree(&rows);
            for space in 1..=8 {
                for other in 1..=8 {
                    prop_assert_eq!(tree.below(id(other)).contains(&id(space)), tree.path(id(space)).contains(&id(other)));
                }
            }
        }

        /// A tree in which every space was put where it could be has no circle.
        #[test]
        fn no_move_that_is_allowed_makes_a_circle(moves in prop::collection::vec((1_u128..9, 1_u128..9), 0..40)) {
            let mut rows: BTreeMap<u128, u128> = (1..=8).map(|n| (n, 0)).collect();
            for (space, parent) in moves {
                let now = tree(&rows.iter().map(|(space, parent)| (*space, *parent)).collect::<Vec<_>>());
                if now.problem_of_move(id(space), id(parent)).is_none() {
                    rows.insert(space, parent);
                }
            }
            for space in 1..=8 {
                let (mut at, mut steps) = (space, 0);
                while at != 0 {
                    at = rows[&at];
                    steps += 1;
                    prop_assert!(steps <= DEEPEST);
                }
            }
        }
    }
}
