//! What of an organization's requests somebody reaches: the one place where a reach becomes a condition on rows. Every list, count, board
//! and search of requests that are not somebody's own takes a `RequestScope`, and there is no other way to ask for them.

use super::Column;
use domain::access::PermissionReach;
use domain::id::{ItemId, SpaceId};
use sea_orm::{ColumnTrait, Condition};
use std::collections::BTreeSet;

/// The requests that a question is about, whatever else it asks.
#[derive(Clone, Debug, Default)]
pub(crate) enum RequestScope {
    /// All of the organization's.
    #[default]
    Everything,
    /// Those of one of these spaces or items; none when there are none.
    Parts {
        spaces: Vec<SpaceId>,
        items: Vec<ItemId>,
        /// And of one of these spaces, whatever their item.
        within: Option<Vec<SpaceId>>,
    },
}

impl RequestScope {
    /// What somebody reaches, of it only what is of some spaces when those are asked for.
    pub(crate) fn of(reach: PermissionReach, wanted: Option<&BTreeSet<SpaceId>>) -> Self {
        let within = wanted.map(|wanted| wanted.iter().copied().collect::<Vec<_>>());
        match (reach, wanted) {
            (PermissionReach::Everything, None) => Self::Everything,
            (PermissionReach::Everything, Some(wanted)) => {
                Self::Parts { spaces: wanted.iter().copied().collect(), items: Vec::new(), within: None }
            }
            (PermissionReach::Parts { spaces, items }, _) => {
                let spaces = spaces.into_iter().filter(|space| wanted.is_none_or(|wanted| wanted.contains(space))).collect();
                Self::Parts { spaces, items: items.into_iter().collect(), within }
            }
        }
    }

    /// What holds of the rows within it.
    pub(in crate::store) fn condition(&self) -> Condition {
        match self {
            Self::Everything => Condition::all(),
            Self::Parts { spaces, items, within } => {
                let of_space = |spaces: &[SpaceId]| Column::SpaceId.is_in(spaces.iter().map(|space| space.0));
                let of_item = Condition::all().add(Column::ItemId.is_in(items.iter().map(|item| item.0)));
                let of_item = of_item.add_option(within.as_ref().map(|within| of_space(within)));
                Condition::any().add(of_space(spaces)).add(of_item)
            }
        }
    }

    /// Ranges of an index each, which together hold what is within it; none where all is, or where nothing is.
    pub(in crate::store) fn ranges(&self) -> Vec<Condition> {
        let Self::Parts { spaces, items, within } = self else { return Vec::new() };
        let of_space = spaces.iter().map(|space| Condition::all().add(Column::SpaceId.eq(space.0)));
        let of_item = items.iter().map(|item| {
            let within = within.as_ref().map(|within| Column::SpaceId.is_in(within.iter().map(|space| space.0)));
            Condition::all().add(Column::ItemId.eq(item.0)).add_option(within)
        });
        of_space.chain(of_item).collect()
    }
}
