//! Who is signed in, as every page knows it: put into the page by the server, taken over by the browser.

pub mod api;

use crate::wire::WireCodec;
use api::me;
use domain::organization::ProductFeature;
use domain::people::Me;
use domain::permission::Permission;
use leptos::prelude::*;

/// The signed-in person.
#[derive(Clone, Copy)]
pub struct SessionState {
    me: RwSignal<Option<Me>>,
}

/// Makes the session available to the pages below.
pub fn provide_session() -> SessionState {
    let session = SessionState { me: RwSignal::new(SharedValue::<_, WireCodec>::new_with_encoding(known).into_inner()) };
    provide_context(session);
    session
}

/// What the server knows while it renders; in the browser this is read from the page.
fn known() -> Option<Me> {
    #[cfg(feature = "ssr")]
    return use_context::<crate::context::ServerContext>().and_then(|entry| entry.me);
    #[cfg(not(feature = "ssr"))]
    None
}

/// The signed-in person; None on the sign-in page.
pub fn use_me() -> Signal<Option<Me>> {
    use_context::<SessionState>().map_or_else(|| Signal::derive(|| None), |session| session.me.into())
}

/// Whether the signed-in person holds this over all of the organization. Asked once, where a page is made.
pub fn may(permission: Permission) -> bool {
    use_me().with_untracked(|me| me.as_ref().is_some_and(|me| me.permissions.holds(permission)))
}

/// Whether the signed-in person uses this part of the product, in their organization.
pub fn uses(feature: ProductFeature) -> bool {
    use_me().with_untracked(|me| me.as_ref().is_some_and(|me| !me.without.holds(feature)))
}

impl SessionState {
    /// The person is this from now on, as the server just said.
    pub fn set(self, me: Me) {
        self.me.set(Some(me));
    }
}

/// The session, for those who change it.
pub fn use_session() -> Option<SessionState> {
    use_context::<SessionState>()
}

/// Asks the server again: counts changed, or somebody signed in elsewhere.
pub fn refresh() {
    let Some(session) = use_context::<SessionState>() else { return };
    leptos::task::spawn_local(async move {
        if let Ok(me) = me().await {
            session.me.set(me);
        }
    });
}
