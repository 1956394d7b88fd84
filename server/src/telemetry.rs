//! Structured logs on standard error: text for people, JSON for machines.

use crate::config::ServerConfig;
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::Directive;

/// Starts logging for the whole process; a second call changes nothing.
///
/// # Errors
/// When the filter of `DOCKET_LOG` cannot be read.
pub fn start(config: &ServerConfig) -> Result<(), String> {
    let filter = EnvFilter::try_new(&config.log).map_err(|error| format!("DOCKET_LOG is \"{}\": {error}", config.log))?;
    // It calls each cookie of a session that has ended suspicious; what fails is logged where it is answered.
    let quiet = "tower_sessions_core=off"
        .parse::<Directive>()
        .map_err(|error| format!("the filter of the session layer cannot be read: {error}"))?;
    let filter = filter.add_directive(quiet);
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second start (tests) is refused by the subscriber; the first one stays.
    let _ = if config.log_json {
        logs.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init()
    } else {
        logs.with_ansi(std::io::stderr().is_terminal()).with_target(false).try_init()
    };
    Ok(())
}
