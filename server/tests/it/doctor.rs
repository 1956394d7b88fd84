//! What `docket doctor` finds.

use crate::databases::on_each;
use server::config::ServerConfig;
use server::{doctor, open_migrated};

#[tokio::test]
async fn the_clock_the_storage_and_the_database_are_looked_at() {
    on_each(async |url: String| {
        let site = std::env::temp_dir().join(format!("docket-doctor-{}", uuid::Uuid::now_v7()));
        std::fs::create_dir_all(site.join("pkg")).unwrap();
        std::fs::write(site.join("pkg/docket.css"), "").unwrap();
        let variables = [("DATABASE_URL", url.clone()), ("DOCKET_SITE_ROOT", site.display().to_string())];
        let config = ServerConfig::read(&variables.map(|(name, value)| (name.to_owned(), value)).into()).unwrap();
        let before = doctor::examine(&config).await;
        assert!(!before.healthy && before.text.contains("run docket migrate"), "{}", before.text);
        let backend = open_migrated(&config).await.unwrap();
        assert_eq!(backend.store().time().await.unwrap().is_some(), url.starts_with("postgres"));

        let report = doctor::examine(&config).await;
        assert!(report.healthy, "{}", report.text);
        let line = |name: &str| report.text.lines().find(|line| line.split_whitespace().nth(1) == Some(name)).unwrap().to_owned();
        let whose = if url.starts_with("postgres") { "the database's" } else { "the file system's" };
        assert!(line("clock").contains(&format!("the same as {whose}")), "{}", report.text);
        let room = if url.starts_with("postgres") { "nothing is kept on this machine" } else { "GiB free" };
        assert!(line("storage").contains(room), "{}", report.text);
        std::fs::remove_dir_all(&site).unwrap();
    })
    .await;
}
