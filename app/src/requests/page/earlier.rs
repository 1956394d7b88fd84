//! Long lists of one request: the latest are shown, and those before them when asked for.

use crate::error::CallError;
use crate::ui::RefusedNotice;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// What is shown of a list whose latest part is `latest`: with those that were fetched, and those that were shown when new ones took their
/// place. `place` orders the rows, the oldest first.
pub fn joined<T: Clone, P: Ord>(shown: &[T], fetched: &[T], latest: &[T], place: impl Fn(&T) -> P) -> Vec<T> {
    let Some(first) = latest.first().map(&place) else { return latest.to_vec() };
    let mut all: Vec<T> = fetched.iter().chain(shown).filter(|row| place(row) < first).cloned().collect();
    all.sort_by_key(&place);
    all.dedup_by(|one, other| place(one) == place(other));
    all.extend(latest.iter().cloned());
    all
}

/// The button below or above a list that asks for what came before; nothing when there is nothing. `ask` fetches, and says whether there is
/// more still.
#[component]
pub fn ShowEarlier(
    #[prop(into)] more: Signal<bool>,
    /// What is shown: "Show earlier comments".
    words: &'static str,
    #[prop(into)] busy: Signal<bool>,
    #[prop(into)] error: Signal<Option<CallError>>,
    ask: Callback<()>,
) -> impl IntoView {
    move || {
        more.get().then(|| {
            view! {
                <div class="stack">
                    <RefusedNotice error />
                    <div class="row">
                        <button class="button button--sm" type="button" disabled=move || busy.get() on:click=move |_| ask.run(())>
                            {words}
                        </button>
                    </div>
                </div>
            }
            .into_any()
        })
    }
}

/// Fetches rows into a signal, once at a time.
pub fn fetch<T, F>(busy: RwSignal<bool>, error: RwSignal<Option<CallError>>, call: F, take: impl FnOnce(T) + 'static)
where
    T: 'static,
    F: Future<Output = Result<T, CallError>> + 'static,
{
    if busy.get_untracked() {
        return;
    }
    busy.set(true);
    error.set(None);
    spawn_local(async move {
        let answer = call.await;
        if busy.try_set(false).is_some() {
            return;
        }
        match answer {
            Ok(rows) => take(rows),
            Err(failed) => _ = error.try_set(Some(failed)),
        }
    });
}

#[cfg(test)]
mod tests {
    use super::joined;

    #[test]
    fn what_was_shown_stays_when_new_rows_come_and_nothing_is_shown_twice() {
        let place = |row: &u32| *row;
        assert_eq!(joined(&[], &[], &[1, 2, 3], place), [1, 2, 3]);
        let fetched = [3, 4, 5];
        assert_eq!(joined(&[], &fetched, &[6, 7, 8], place), [3, 4, 5, 6, 7, 8]);
        let shown = joined(&[6, 7, 8], &fetched, &[7, 8, 9], place);
        assert_eq!(shown, [3, 4, 5, 6, 7, 8, 9]);
        // A row among the latest that is gone is gone.
        assert_eq!(joined(&shown, &fetched, &[7, 9, 10], place), [3, 4, 5, 6, 7, 9, 10]);
        assert_eq!(joined(&shown, &fetched, &[], place), Vec::<u32>::new());
    }
}
