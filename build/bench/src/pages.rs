//! Pages over HTTP, signed in, against a file of the same size that the same server sends.

use crate::BenchArguments;
use crate::client::{BenchConnection, get};
use crate::process;
use crate::report::{BenchResult, MeasuredRatio, ReportRow, median, note};
use crate::site::{self, RunningSite};
use crate::world::ScratchFolder;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// Kept-alive connections.
const CONNECTIONS: usize = 8;
/// Who looks: an approver of the demo, so that the inbox is not empty. The password is the demo's.
pub const PERSON: (&str, &str) = ("samir.haddad@northmoor.example", "docket-demo-2026");
/// What is looked at.
const PAGES: [(&str, &str); 3] = [("catalog page", "/"), ("form page", "/request/new-starter"), ("inbox page", "/inbox")];

/// What the server did in one measurement.
pub struct ServerUsage {
    pub per_second: f64,
    /// The server's processor time for one request, in microseconds.
    pub cpu: f64,
}

/// Eight connections, each asking again as soon as it is answered.
pub async fn ask(site: &RunningSite, request: &Arc<Vec<u8>>, size: usize, length: Duration) -> BenchResult<ServerUsage> {
    let (begin, used) = (Instant::now(), process::cpu(site.pid)?);
    let mut clients: JoinSet<BenchResult<u32>> = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let (request, address): (_, SocketAddr) = (request.clone(), site.address);
        clients.spawn(async move {
            let mut connection = BenchConnection::open(address).await?;
            let mut done = 0;
            while begin.elapsed() < length {
                let answer = connection.send(&request).await?;
                // Pages carry a nonce and times, so that their sizes differ a little; an error page is far smaller.
                if answer.status != 200 || answer.body.len() < size / 2 {
                    return Err(format!("answered {} with {} bytes", answer.status, answer.body.len()).into());
                }
                done += 1;
            }
            Ok(done)
        });
    }
    let mut done = 0.0;
    while let Some(joined) = clients.join_next().await {
        done += f64::from(joined??);
    }
    let cpu = (process::cpu(site.pid)? - used).as_secs_f64() * 1e6 / done;
    Ok(ServerUsage { per_second: done / begin.elapsed().as_secs_f64(), cpu })
}

/// Every page in turn with its constant twin.
pub async fn measure(arguments: &BenchArguments, folder: &ScratchFolder) -> BenchResult<Vec<ReportRow>> {
    site::seed(&arguments.docket, folder).await?;
    let site = RunningSite::start(&arguments.docket, folder).await?;
    let cookie = site.sign_in(PERSON.0, PERSON.1).await?;
    let mut rows = Vec::new();
    for (what, path) in PAGES {
        let page = Arc::new(get(site.address, path, &cookie));
        let shown = BenchConnection::open(site.address).await?.send(&page).await?;
        if shown.status != 200 {
            return Err(format!("{path} answered {}", shown.status).into());
        }
        let size = shown.body.len();
        let name = format!("{size}.html");
        std::fs::write(site.files.join("constant").join(&name), "x".repeat(size))?;
        let constant = Arc::new(get(site.address, &format!("/constant/{name}"), &cookie));
        let (mut pages, mut constants) = (Vec::new(), Vec::new());
        for round in 1..=arguments.rounds {
            let plain = ask(&site, &constant, size, arguments.length()).await?;
            let served = ask(&site, &page, size, arguments.length()).await?;
            note(format!(
                "{what}, round {round}: {:.0}/s, {:.0} µs of processor each; constant {:.0}/s, {:.0} µs",
                served.per_second, served.cpu, plain.per_second, plain.cpu
            ));
            pages.push(served);
            constants.push(plain);
        }
        let rates = |of: &[ServerUsage]| of.iter().map(|served| served.per_second).collect::<Vec<_>>();
        let cost = |of: &[ServerUsage]| median(&of.iter().map(|served| served.cpu).collect::<Vec<_>>());
        rows.push(ReportRow {
            what,
            measured: format!("{:.0}/s, {:.0} µs CPU", median(&rates(&pages)), cost(&pages)),
            against: format!(
                "constant {:.0} kB: {:.0}/s, {:.0} µs CPU",
                size as f64 / 1000.0,
                median(&rates(&constants)),
                cost(&constants)
            ),
            ratio: MeasuredRatio::of_rounds(&rates(&pages), &rates(&constants)),
            aim: "≥ 0.3",
        });
    }
    Ok(rows)
}
