//! Slow, silent and greedy connections: each ends in its time, and the site stays reachable beside any number of them.

use crate::databases::on_each;
use crate::harness::{REQUESTER, Site, on_both_with};
use reqwest::{Client, StatusCode};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// More than any limit of these tests, on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(60);
const QUICK: [(&str, &str); 4] =
    [("DOCKET_HEAD_SECONDS", "1"), ("DOCKET_BODY_SECONDS", "1"), ("DOCKET_IDLE_SECONDS", "1"), ("DOCKET_UNREAD_SECONDS", "1")];

/// Sends these bytes, then one more ten times a second; what was answered until the other end closed.
async fn trickle(address: &str, begins: &str) -> String {
    let Ok(mut stream) = TcpStream::connect(address).await else { return String::new() };
    let mut tick = tokio::time::interval(Duration::from_millis(100));
    let mut read = Vec::new();
    let mut buffer = [0; 1024];
    let mut open = stream.write_all(begins.as_bytes()).await.is_ok();
    loop {
        tokio::select! {
            got = stream.read(&mut buffer) => match got {
                Ok(0) | Err(_) => return String::from_utf8_lossy(&read).into_owned(),
                Ok(length) => read.extend_from_slice(&buffer[..length]),
            },
            _ = tick.tick(), if open => open = stream.write_all(b"x").await.is_ok(),
        }
    }
}

/// Sends these bytes and no more; what was answered until the other end closed.
async fn wait_silently(address: &str, begins: &str) -> String {
    let Ok(mut stream) = TcpStream::connect(address).await else { return String::new() };
    let mut read = Vec::new();
    if stream.write_all(begins.as_bytes()).await.is_ok() {
        let _ = stream.read_to_end(&mut read).await;
    }
    String::from_utf8_lossy(&read).into_owned()
}

/// Asks for the same again and again and reads nothing, until the other end closed.
async fn read_nothing(address: &str) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET /sign-in HTTP/1.1\r\nhost: {address}\r\n\r\n").repeat(50);
    while stream.write_all(request.as_bytes()).await.is_ok() {}
}

async fn in_time<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.unwrap_or_else(|_| panic!("{what} did not end"))
}

fn slow_body(address: &str) -> String {
    format!(
        "POST /sign-in HTTP/1.1\r\nhost: {address}\r\norigin: http://{address}\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         content-length: 1000000\r\n\r\nemail="
    )
}

#[tokio::test]
async fn what_takes_too_long_ends() {
    on_both_with(&QUICK, async |site: Site| {
        let address = site.base.trim_start_matches("http://");
        let browser = site.signed_in(REQUESTER).await;
        let mut live = browser.get("/live").await;
        live.chunk().await.unwrap().unwrap();

        assert_eq!(in_time("a connection that never asks", wait_silently(address, "")).await, "");
        in_time("a head that trickles", trickle(address, "GET / HTTP/1.1\r\nhost: x")).await;
        let answered = in_time("one that waits after its answer", wait_silently(address, "GET /health/live HTTP/1.1\r\n\r\n")).await;
        assert!(answered.starts_with("HTTP/1.1 200"), "{answered}");
        let next = in_time("a second head that trickles", trickle(address, "GET /health/live HTTP/1.1\r\n\r\nGET /hea")).await;
        assert!(next.starts_with("HTTP/1.1 200"), "{next}");
        let late = in_time("a body that trickles", trickle(address, &slow_body(address))).await;
        assert!(late.starts_with("HTTP/1.1 408") && late.contains("connection: close"), "{late}");
        in_time("one that reads nothing", read_nothing(address)).await;

        // A stream is no idle connection, and what ended beside it has not ended it.
        crate::submission::submit(&browser, "x").await;
        let heard = async {
            while let Some(chunk) = live.chunk().await.unwrap() {
                if String::from_utf8_lossy(&chunk).contains("\"kind\":\"request\"") {
                    return true;
                }
            }
            false
        };
        assert!(in_time("an event", heard).await);
    })
    .await;
}

#[tokio::test]
async fn when_there_is_no_room_who_waits_makes_some_and_health_is_told() {
    on_both_with(&[("DOCKET_MAX_CONNECTIONS", "4"), ("DOCKET_STREAMS_PER_SESSION", "50")], async |site: Site| {
        let address = site.base.trim_start_matches("http://").to_owned();
        let (browser, fresh) = (site.signed_in(REQUESTER).await, site.browser());
        let crowd = |connections: usize| {
            let mut silent = JoinSet::new();
            for _ in 0..connections {
                let address = address.clone();
                silent.spawn(async move { wait_silently(&address, "").await });
            }
            silent
        };
        let mut silent = crowd(20);
        for _ in 0..16 {
            in_time("the oldest that waits", silent.join_next()).await.unwrap().unwrap();
        }
        assert_eq!(fresh.get("/sign-in").await.status(), StatusCode::OK);

        let mut streams = Vec::new();
        for _ in 0..4 {
            let mut stream = browser.get("/live").await;
            assert_eq!(stream.status(), StatusCode::OK);
            stream.chunk().await.unwrap().unwrap();
            streams.push(stream);
        }
        // All four are being answered.
        let refused = site.browser().get("/sign-in").await;
        assert_eq!((refused.status(), refused.headers()["retry-after"].to_str().unwrap()), (StatusCode::SERVICE_UNAVAILABLE, "5"));
        for path in ["/health/live", "/health/ready"] {
            assert_eq!(site.browser().get(path).await.status(), StatusCode::OK, "{path}");
        }
        // Those beyond have no more room than there is: the oldest makes it.
        let mut beyond = crowd(20);
        for _ in 0..12 {
            in_time("the oldest of those beyond", beyond.join_next()).await.unwrap().unwrap();
        }
        assert_eq!(site.browser().get("/health/live").await.status(), StatusCode::OK);
        streams.pop();
        let again = async { while site.browser().get("/sign-in").await.status() != StatusCode::OK {} };
        in_time("a stream that was closed makes room", again).await;
    })
    .await;
}

/// The program in a process of its own, with so many file handles; killed when dropped.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn serve(database: &str, folder: &std::path::Path, address: &str, handles: u32) -> Server {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("ulimit -n {handles} && exec \"$0\" serve"), env!("CARGO_BIN_EXE_docket")]);
    command.env_clear().env("DATABASE_URL", database).env("DOCKET_ADDR", address).env("DOCKET_SITE_ROOT", folder);
    command.env("DOCKET_KEY_FILE", folder.join("docket.key")).env("DOCKET_LOG", "error");
    command.env("DOCKET_HEAD_SECONDS", "5").env("DOCKET_BODY_SECONDS", "5").env("DOCKET_IDLE_SECONDS", "5");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::inherit());
    Server(command.spawn().unwrap())
}

async fn ask(address: &str, path: &str) -> Result<StatusCode, reqwest::Error> {
    let client = Client::builder().pool_max_idle_per_host(0).timeout(PATIENCE).build()?;
    Ok(client.get(format!("http://{address}{path}")).send().await?.status())
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn with_few_file_handles_the_site_is_reachable_beside_hundreds_of_slow_and_idle_connections() {
    server::handles::raise();
    on_each(async |database: String| {
        let folder = std::env::temp_dir().join(format!("docket-slow-{}", uuid::Uuid::now_v7()));
        std::fs::create_dir_all(&folder).unwrap();
        let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        let _server = serve(&database, &folder, &address, 256);
        let ready = async {
            let mut look = tokio::time::interval(Duration::from_millis(100));
            while !ask(&address, "/health/ready").await.is_ok_and(|status| status == StatusCode::OK) {
                look.tick().await;
            }
        };
        in_time("starting", ready).await;

        // Each comes back some time after it was closed.
        let mut crowd = JoinSet::new();
        for number in 0..600 {
            let address = address.clone();
            crowd.spawn(async move {
                loop {
                    match number % 4 {
                        0 => trickle(&address, &slow_body(&address)).await,
                        1 => trickle(&address, "GET / HTTP/1.1\r\nhost: x").await,
                        2 => wait_silently(&address, "").await,
                        _ => wait_silently(&address, "GET /health/live HTTP/1.1\r\n\r\n").await,
                    };
                    tokio::time::sleep(Duration::from_secs(3)).await;
                }
            });
        }
        let mut failures = Vec::new();
        let mut asked = tokio::time::interval(Duration::from_millis(250));
        for _ in 0..40 {
            asked.tick().await;
            for path in ["/health/live", "/health/ready", "/sign-in"] {
                match ask(&address, path).await {
                    Ok(StatusCode::OK) => {}
                    Ok(status) => failures.push(format!("{path}: {status}")),
                    Err(error) => failures.push(format!("{path}: {error:?}")),
                }
            }
        }
        drop(crowd);
        assert!(failures.is_empty(), "{} of 120 were not answered: {failures:#?}", failures.len());
        std::fs::remove_dir_all(&folder).unwrap();
    })
    .await;
}
