//! Long pure work, apart from the threads that serve everybody: a few at once, so that they leave the machine something.

use futures::pin_mut;
use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::Semaphore;

/// Pieces of such work at once. More wait for their turn.
static TURNS: Semaphore = Semaphore::const_new(4);
/// For the turn and the work together. The work itself must end by itself: nobody can stop a thread.
const PATIENCE: Duration = Duration::from_secs(5);

/// Does work on a thread of its own; None when it took too long or panicked.
pub(crate) async fn run<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let done = async {
        let turn = TURNS.acquire().await.ok()?;
        let work = move || {
            // Kept until the work has ended, also when nobody waits for it by then.
            let _turn = turn;
            work()
        };
        tokio::task::spawn_blocking(work).await.ok()
    };
    tokio::time::timeout(PATIENCE, done).await.ok().flatten()
}

/// Drives a future whose beginning, up to where it first waits, is long pure work.
pub(crate) async fn begin<F: Future>(future: F) -> F::Output {
    pin_mut!(future);
    let turn = TURNS.acquire().await;
    let begun = poll_fn(|context| {
        let mut poll = || future.as_mut().poll(context);
        // The other kind of runtime has one thread, and nobody to hand its tasks to.
        let many = Handle::try_current().is_ok_and(|handle| handle.runtime_flavor() == RuntimeFlavor::MultiThread);
        Poll::Ready(if many { tokio::task::block_in_place(poll) } else { poll() })
    })
    .await;
    drop(turn);
    match begun {
        Poll::Ready(done) => done,
        Poll::Pending => future.await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tokio::sync::oneshot;

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn a_few_run_at_once_and_others_are_served_meanwhile() {
        let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (mut ends, mut works) = (Vec::new(), Vec::new());
        for _ in 0..6 {
            let (end, ended) = std::sync::mpsc::channel::<()>();
            let (running, most) = (running.clone(), most.clone());
            ends.push(end);
            works.push(tokio::spawn(run(move || {
                most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                let _ = ended.recv();
                running.fetch_sub(1, Ordering::SeqCst);
            })));
        }
        while running.load(Ordering::SeqCst) < 4 {
            tokio::task::yield_now().await;
        }
        // The one thread of the runtime goes on while four threads stand still.
        let (say, said) = oneshot::channel();
        tokio::spawn(async move { say.send(7) });
        assert_eq!(said.await, Ok(7));
        drop(ends);
        for work in works {
            assert_eq!(work.await.unwrap(), Some(()));
        }
        assert_eq!(most.load(Ordering::SeqCst), 4);
        assert_eq!(begin(async { 1 + 1 }).await, 2);
        assert_eq!(run(|| -> u8 { panic!("on purpose") }).await, None);
    }
}
