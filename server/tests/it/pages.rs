//! Pages asked for by many at once.

use crate::harness::{APPROVER, Site, on_both};
use futures::future::join_all;

/// The inbox's title follows what is open in it; it was read after the page's signals were gone, which dropped one connection in fifty.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_inbox_asked_for_by_many_at_once_answers_each_whole() {
    on_both(async |site: Site| {
        let browser = site.signed_in(APPROVER).await;
        for _ in 0..12 {
            for page in join_all((0..16).map(|_| browser.page("/inbox"))).await {
                assert!(page.contains("<title>Inbox · Docket</title>"), "a page without its title");
                assert!(page.contains("</html>"), "a page cut short");
            }
        }
    })
    .await;
}
