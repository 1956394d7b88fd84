//! File handles: a connection is one, and so is a file of the database.

/// Handles kept for the database, files that are served, and calls of connectors.
const KEPT: u64 = 96;
/// Most connections, however many handles there are: each takes some memory.
const MOST: u64 = 8192;

/// Lets this process have as many handles as it may; says how many that are. None where the system does not say.
#[cfg(unix)]
pub fn raise() -> Option<u64> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
        if let Err(error) = setrlimit(Resource::Nofile, raised) {
            tracing::debug!(%error, "failed to raise the limit of file handles; it stays as it is");
        }
    }
    // None is "without a limit".
    Some(getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX))
}

/// Lets this process have as many handles as it may.
#[cfg(not(unix))]
pub fn raise() -> Option<u64> {
    None
}

/// How many connections may be open where there are so many handles.
pub fn connections(handles: Option<u64>) -> usize {
    let handles = handles.unwrap_or(u64::MAX);
    let kept = KEPT.max(handles / 8);
    let most = handles.saturating_sub(kept).max(handles / 4).clamp(1, MOST);
    usize::try_from(most).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_are_left_for_what_is_no_connection() {
        let found = [64, 256, 1024, 1_000_000].map(|handles| connections(Some(handles)));
        assert_eq!(found, [16, 160, 896, 8192]);
        assert_eq!(connections(None), 8192);
    }
}
