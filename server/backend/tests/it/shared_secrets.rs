//! Secrets of the server that connectors name: they go where they belong, and are seen nowhere else.

use crate::delivery::approved;
use crate::harness::{World, on_both_with, settings};
use axum::Router;
use axum::http::{HeaderMap, Uri};
use backend::outbox::run_once;
use backend::{UseCaseSettings, console, definitions, requests};
use domain::connectors::wire::{ConnectorInput, ConsoleFilter, ConsolePeriod};
use domain::forms::Answers;
use sea_orm::ConnectionTrait;
use serde_json::json;
use std::sync::{Arc, Mutex};

/// What nobody may ever see.
const CANARY: &str = "canary-of-the-server";

fn planted() -> UseCaseSettings {
    let planted = || Some(CANARY.to_owned());
    UseCaseSettings {
        secrets: ["SHARED", "NORTH__OWN"].map(|name| (name.to_owned(), CANARY.to_owned())).into(),
        sendgrid_api_key: planted(),
        telegram_token: planted(),
        ..settings()
    }
}

/// Somebody's own address, and whatever comes there.
async fn address() -> (String, Arc<Mutex<Vec<String>>>) {
    let came = Arc::new(Mutex::new(Vec::<String>::new()));
    let kept = came.clone();
    let take = move |uri: Uri, headers: HeaderMap, body: String| {
        kept.lock().unwrap().push(format!("{uri} {headers:?} {body}"));
        async { r#"{"ok":true,"result":{"message_id":1}}"# }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(take)).await.unwrap() });
    (address, came)
}

/// Everything an administrator can see of connectors and of a request's deliveries.
async fn seen(world: &World, number: &str) -> String {
    let ada = world.caller("north", "ada").await;
    let filter = ConsoleFilter { period: ConsolePeriod::Ever, ..ConsoleFilter::default() };
    let console = console::page(&world.backend, &ada, filter, None).await.unwrap();
    let mut seen = format!("{console:?}");
    for row in &console.rows {
        seen.push_str(&format!("{:?}", console::delivery(&world.backend, &ada, row.id).await.unwrap()));
    }
    seen.push_str(&format!("{:?}", console::connector(&world.backend, &ada, "desk").await.unwrap()));
    seen.push_str(&format!("{:?}", requests::page(&world.backend, &ada, number).await.unwrap()));
    seen.extend(definitions::export(&world.backend, "north").await.unwrap().into_iter().map(|(_, text)| text));
    seen
}

#[tokio::test]
async fn a_shared_secret_goes_to_no_address_of_an_organization_and_is_shown_nowhere() {
    on_both_with(planted(), |world| async move {
        let (address, came) = address().await;
        let bot = |settings: &str| {
            format!("- {{key: desk, name: Desk, kind: telegram, settings: {{chat_id: '1', api_url: '{address}', {settings}}}}}\n")
        };
        let files = vec![("connectors.yaml".to_owned(), bot("token_env: SHARED"))];
        let refused = format!("{:?}", definitions::apply(&world.backend, "north", files).await.unwrap_err());
        assert!(refused.contains("DOCKET_SECRET_SHARED_HOSTS") && !refused.contains(CANARY), "{refused}");
        let ada = world.caller("north", "ada").await;
        let wanted = json!({"name": "Mine", "enabled": true, "chat_id": "1", "token_env": "SHARED", "api_url": address});
        let settings = Answers(wanted.as_object().cloned().unwrap().into_iter().collect());
        let input = ConnectorInput { key: String::new(), kind: "telegram".to_owned(), settings, forget: Vec::new() };
        let refused = format!("{:?}", console::save(&world.backend, &ada, input).await.unwrap_err());
        assert!(refused.contains("token_env") && refused.contains("does not send it to 127.0.0.1"), "{refused}");

        // One that was saved before there was a rule.
        world.apply_file("north", "connectors.yaml", &bot("token: '7:own'")).await;
        let database = sea_orm::Database::connect(&world.url).await.unwrap();
        let definition = json!({
            "key": "desk", "name": "Desk", "kind": "telegram",
            "settings": {"chat_id": "1", "api_url": address, "token_env": "SHARED"},
        });
        let older = format!("UPDATE connectors SET definition = '{definition}' WHERE key = 'desk'");
        assert!(database.execute_unprepared(&older).await.unwrap().rows_affected() > 0);
        let number = approved(&world).await;
        assert_eq!(run_once(&world.backend).await.unwrap().failed, 1);
        assert_eq!(*came.lock().unwrap(), Vec::<String>::new(), "nothing went there");
        let told = seen(&world, &number).await;
        assert!(told.contains("does not send it to 127.0.0.1") && !told.contains(CANARY), "{told}");

        // The organization's own one goes there, and is seen nowhere else.
        world.apply_file("north", "connectors.yaml", &bot("token_env: NORTH__OWN")).await;
        let number = approved(&world).await;
        run_once(&world.backend).await.unwrap();
        assert!(came.lock().unwrap().first().is_some_and(|call| call.starts_with(&format!("/bot{CANARY}/"))));
        assert!(!seen(&world, &number).await.contains(CANARY));
    })
    .await;
}
