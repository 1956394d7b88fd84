//! A destination that takes its time: it holds up no other, gets a few calls at once, and gives back what it could not be sent.

use crate::delivery::approved;
use crate::harness::{World, on_both};
use axum::Router;
use axum::extract::State;
use axum::routing::any;
use backend::outbox::{WorkerSummary, run, run_once};
use std::time::Duration;
use tokio::sync::{mpsc, watch};

/// A receiver on a free port that answers once it is released; says when each call came.
async fn receiver(released: watch::Receiver<bool>) -> (u16, mpsc::UnboundedReceiver<()>) {
    type Calls = (watch::Receiver<bool>, mpsc::UnboundedSender<()>);
    async fn take(State((mut released, came)): State<Calls>) {
        came.send(()).unwrap();
        released.wait_for(|released| *released).await.unwrap();
    }
    let (came, calls) = mpsc::unbounded_channel();
    let app = Router::new().route("/{*path}", any(take)).with_state((released, came));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    (port, calls)
}

async fn calls(calls: &mut mpsc::UnboundedReceiver<()>, count: usize) {
    for _ in 0..count {
        tokio::time::timeout(Duration::from_secs(20), calls.recv()).await.expect("it is called").unwrap();
    }
}

async fn connect(world: &World, desk: u16, hook: u16) {
    let text = format!(
        "- {{key: desk, name: Service desk, kind: webhook, settings: {{url: 'http://127.0.0.1:{desk}/x'}}}}\n\
         - {{key: hook, name: Hook, kind: webhook, settings: {{url: 'http://127.0.0.1:{hook}/x', events: [request_approved]}}}}\n"
    );
    world.apply_file("north", "connectors.yaml", &text).await;
}

#[tokio::test]
async fn a_slow_destination_holds_up_no_other_and_gives_back_what_it_was_not_sent() {
    on_both(|world| async move {
        let (release, released) = watch::channel(false);
        let (desk, mut slow) = receiver(released).await;
        let (hook, mut quick) = receiver(watch::channel(true).1).await;
        connect(&world, desk, hook).await;
        for _ in 0..40 {
            approved(&world).await;
        }
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let worker = tokio::spawn(run(world.backend.clone(), async move { drop(stopped.await) }));
        // Everything for the one arrives, while the other answers nothing and has as many calls as one destination gets.
        calls(&mut quick, 40).await;
        calls(&mut slow, 32).await;
        stop.send(()).unwrap();
        release.send(true).unwrap();
        worker.await.unwrap();
        assert!(slow.try_recv().is_err(), "no more than 32 calls at once, and none after the worker was stopped");
        // The clock stands still: only what was given back can be taken up before its lease runs out.
        let rest = run_once(&world.backend).await.unwrap();
        assert_eq!(rest, WorkerSummary { delivered: 8, ..rest });
        calls(&mut slow, 8).await;
        assert!(quick.try_recv().is_err(), "nothing is sent twice");
    })
    .await;
}

#[tokio::test]
async fn a_destination_that_fails_is_paused_before_all_that_waits_has_lost_a_try() {
    on_both(|world| async move {
        world.leaves_work();
        let (came, mut calls) = mpsc::unbounded_channel();
        let fails = move || {
            let came = came.clone();
            async move {
                came.send(()).unwrap();
                axum::http::StatusCode::INTERNAL_SERVER_ERROR
            }
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let desk = listener.local_addr().unwrap().port();
        tokio::spawn(async move { axum::serve(listener, Router::new().route("/{*path}", any(fails))).await.unwrap() });
        let (hook, _quick) = receiver(watch::channel(true).1).await;
        connect(&world, desk, hook).await;
        for _ in 0..150 {
            approved(&world).await;
        }
        let done = run_once(&world.backend).await.unwrap();
        let tried = std::iter::from_fn(|| calls.try_recv().ok()).count();
        assert_eq!(done.retrying as usize, tried);
        assert!((5..56).contains(&tried), "the calls under way when it began to fail, and few more: {tried}");
    })
    .await;
}
