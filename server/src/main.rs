//! The `docket` program: its commands.

use backend::{Backend, definitions, people};
use clap::{Parser, Subcommand};
use domain::address::Address;
use server::config::{ServerConfig, is_loopback};
use server::{doctor, http, keys, open_migrated, seed, simulate, telemetry, work};
use std::io::{BufRead, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// Rendering pages and reading rows is mostly allocation.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Prints a line; a reader that went away (`docket … | head`) is not an error.
macro_rules! say {
    ($($words:tt)*) => {{
        let _ = writeln!(std::io::stdout(), $($words)*);
    }};
}

/// Docket: the front desk of an organization.
#[derive(Parser)]
#[command(name = "docket", version, about)]
struct CommandArguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the site (and work, unless DOCKET_WORKER is off).
    Serve,
    /// Hand approved requests to connectors, until stopped.
    Work {
        /// Do what is due now, then end.
        #[arg(long)]
        once: bool,
    },
    /// Bring the database's schema up to date.
    Migrate,
    /// Load the demo organizations, their sign-ins and requests in every state. Changes nothing the second time.
    Seed {
        /// The folder with one definition folder for each organization.
        #[arg(default_value = "demo")]
        folder: PathBuf,
    },
    /// Simulate ConnectWise, SendGrid, Slack, Telegram, a mail server and a webhook receiver, and list on a page what arrives.
    Simulate {
        /// Where to listen: the address that the demo's connectors name. Mail is taken at the next port.
        #[arg(default_value = "127.0.0.1:4010")]
        address: std::net::SocketAddr,
    },
    /// Stored secrets.
    Secrets {
        #[command(subcommand)]
        command: SecretsCommand,
    },
    /// Print the configuration without secrets, and check database, storage, clock and worker.
    Doctor,
    /// Accounts.
    User {
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Create and update an organization from its definition folder.
    Apply {
        folder: PathBuf,
        /// Print the plan and change nothing.
        #[arg(long)]
        plan: bool,
    },
    /// Write an organization's definition folder.
    Export {
        /// Key of the organization.
        organization: String,
        folder: PathBuf,
    },
}

#[derive(Subcommand)]
enum SecretsCommand {
    /// Seal every stored secret with a new key (of the key file), or with the first of DOCKET_ENCRYPTION_KEYS.
    Rotate,
}

#[derive(Subcommand)]
enum UserCommand {
    /// Make an account. The password is asked for, or read from standard input.
    Create {
        #[arg(long)]
        email: String,
        #[arg(long)]
        name: String,
        /// Key of the organization the person belongs to; it is made when missing.
        #[arg(long)]
        organization: String,
        /// May change definitions and decides as the fallback approver.
        #[arg(long)]
        admin: bool,
    },
    /// Keep somebody out from this moment: sessions end, deputies end, what waits for them moves on.
    Disable {
        #[arg(long)]
        email: String,
        /// Key of the organization; everywhere when left out.
        #[arg(long)]
        organization: Option<String>,
    },
    /// Let somebody in again who was disabled.
    Enable {
        #[arg(long)]
        email: String,
        /// Key of the organization; everywhere when left out.
        #[arg(long)]
        organization: Option<String>,
    },
    /// Set the password of an account, also of one that has none. It is asked for, or read from standard input. Sessions end.
    Password {
        #[arg(long)]
        email: String,
    },
}

fn main() -> ExitCode {
    let arguments = CommandArguments::parse();
    let config = match ServerConfig::from_environment() {
        Ok(config) => config,
        Err(problems) => {
            eprintln!(
                "The configuration has {}:",
                if problems.len() == 1 { "a problem".to_owned() } else { format!("{} problems", problems.len()) }
            );
            problems.iter().for_each(|problem| eprintln!("  {problem}"));
            return ExitCode::from(2);
        }
    };
    if let Err(problem) = telemetry::start(&config) {
        eprintln!("{problem}");
        return ExitCode::from(2);
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("The program cannot start its threads: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run(arguments.command, config)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command, config: ServerConfig) -> Result<(), String> {
    match command {
        Command::Serve => serve(config).await,
        Command::Work { once } => {
            let backend = open_migrated(&config).await?;
            if once {
                say!("{}", work::once(&backend).await?);
            } else {
                work::run(backend, http::stop_signal()).await;
            }
            Ok(())
        }
        Command::Migrate => {
            let backend = open_migrated(&config).await?;
            say!("{} is up to date.", backend.store().kind());
            Ok(())
        }
        Command::Seed { folder } => {
            say!("{}", seed::run(&config, &folder).await?);
            Ok(())
        }
        Command::Simulate { address } => simulate::serve(address).await,
        Command::Secrets { command: SecretsCommand::Rotate } => {
            say!("{}", rotate(&config).await?);
            Ok(())
        }
        Command::Doctor => {
            let report = doctor::examine(&config).await;
            say!("{}", report.text.trim_end());
            if report.healthy { Ok(()) } else { Err("Something needs attention: see above.".to_owned()) }
        }
        Command::User { command } => {
            say!("{}", account(&config, command).await?);
            Ok(())
        }
        Command::Apply { folder, plan } => apply(&open_migrated(&config).await?, &folder, plan).await,
        Command::Export { organization, folder } => {
            let backend = open_migrated(&config).await?;
            let files = definitions::export(&backend, &organization).await.map_err(|error| error.to_string())?;
            definitions::folder::write(&folder, &files).map_err(|error| error.to_string())?;
            say!("{} files written to {}.", files.len(), folder.display());
            Ok(())
        }
    }
}

async fn serve(config: ServerConfig) -> Result<(), String> {
    let config = Arc::new(config);
    let backend = open_migrated(&config).await?;
    let listener = TcpListener::bind(config.address).await.map_err(|error| {
        format!("{} cannot be listened on: {error}. Stop what uses it, or set DOCKET_ADDR to another address and port.", config.address)
    })?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let (stopping, stopped) = watch::channel(false);
    tokio::spawn(async move {
        http::stop_signal().await;
        tracing::info!("the server is stopping");
        let _ = stopping.send(true);
    });
    let worker = config.worker.then(|| tokio::spawn(work::run(backend.clone(), until(stopped.clone()))));
    say!("Docket is at {} (listening on {address}, {}).", config.public_url, backend.store().kind());
    match backend::doors::begin_setup(&backend).await {
        Ok(Some(code)) => {
            say!(
                "No organization yet. To set this server up, open {}{} and enter the code {code}. It works for a day.",
                config.public_url,
                Address::Setup
            );
        }
        Ok(None) => {}
        Err(error) => return Err(format!("The code to set this server up cannot be written: {error}")),
    }
    if is_loopback(&config.public_url) && !config.address.ip().is_loopback() {
        tracing::warn!(
            listening = %address,
            answered_for = %config.hosts(),
            "other machines are refused although they can connect: set DOCKET_PUBLIC_URL to the address that people type"
        );
    }
    http::serve(listener, backend, config, until(stopped)).await;
    if let Some(worker) = worker {
        // A delivery under way may finish; one that hangs is taken up again after its lease.
        let _ = tokio::time::timeout(std::time::Duration::from_secs(5), worker).await;
    }
    Ok(())
}

async fn until(mut stopped: watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stopping| *stopping).await;
}

/// Seals every stored secret anew. A new key is written before anything is sealed with it, and the old ones go last: whenever this is
/// interrupted, everything can still be opened, and it can be run again.
async fn rotate(config: &ServerConfig) -> Result<String, String> {
    let known = keys::load(config)?;
    let of_file = config.encryption_keys.is_none();
    let renewed = if of_file { known.with_new() } else { known };
    if of_file {
        keys::replace(&config.key_file, &renewed)?;
    }
    let backend = open_migrated(config).await?;
    let sealed = definitions::seal_again(&backend).await.map_err(|error| error.to_string())?;
    if of_file {
        keys::replace(&config.key_file, &renewed.only_present())?;
        Ok(format!("The secrets of {sealed} connectors are sealed with a new key. Restart every server and worker that runs now."))
    } else {
        Ok(format!(
            "The secrets of {sealed} connectors are sealed with the first key. The others can be taken out of DOCKET_ENCRYPTION_KEYS."
        ))
    }
}

async fn apply(backend: &Backend, folder: &std::path::Path, plan_only: bool) -> Result<(), String> {
    let files = definitions::folder::read(folder).map_err(|error| error.to_string())?;
    let plan = if plan_only { definitions::plan(backend, None, files).await } else { definitions::apply(backend, None, files).await };
    let plan = plan.map_err(|error| error.to_string())?;
    // Servers that run are told before this process ends.
    backend.store().flush().await;
    say!("{}", plan.to_string().trim_end());
    Ok(())
}

/// One of the commands about accounts; what to tell the person at the terminal.
async fn account(config: &ServerConfig, command: UserCommand) -> Result<String, String> {
    let backend = open_migrated(config).await?;
    let said = match command {
        UserCommand::Create { email, name, organization, admin } => {
            let password = password()?;
            let made = people::create_account(&backend, &email, &name, &password, admin, &organization).await;
            made.map(|_| format!("{name} can sign in at {}/sign-in with {email}.", config.public_url))
        }
        UserCommand::Disable { email, organization } => people::disable(&backend, &email, organization.as_deref()).await,
        UserCommand::Enable { email, organization } => people::enable(&backend, &email, organization.as_deref()).await,
        UserCommand::Password { email } => {
            let set = people::set_password(&backend, &email, &password()?).await;
            if set.is_ok() {
                tracing::info!(email, "the password of {email} was set from the command line");
            }
            set.map(|()| format!("{email} signs in with the new password from now on. Every session of theirs has ended."))
        }
    };
    backend.store().flush().await;
    said.map_err(|error| error.to_string())
}

/// Asks for a password without showing it, or reads one line of standard input.
fn password() -> Result<String, String> {
    let unreadable = |error: std::io::Error| format!("The password cannot be read: {error}");
    if std::io::stdin().is_terminal() {
        print!("Password (not shown): ");
        std::io::stdout().flush().map_err(unreadable)?;
        let password = rpassword::read_password().map_err(unreadable)?;
        print!("Again: ");
        std::io::stdout().flush().map_err(unreadable)?;
        if rpassword::read_password().map_err(unreadable)? != password {
            return Err("The two passwords differ; nothing was changed.".to_owned());
        }
        Ok(password)
    } else {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).map_err(unreadable)?;
        Ok(line.trim_end_matches(['\r', '\n']).to_owned())
    }
}
