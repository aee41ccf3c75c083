//! The commands of the binary.

mod doctor;
mod rekey;
mod serve;

use std::path::PathBuf;

use access::{
    account,
    link::{self, Purpose},
};
use anyhow::{Context, bail};
use clap::{Parser, Subcommand};

use crate::{config::Config, state::App, telemetry};

/// Enishi: one-to-one marketing on your own server.
#[derive(Parser)]
#[command(name = "server", version)]
pub struct Cli {
    /// A configuration file; without it ./enishi.toml is read when there.
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serves (the default).
    Serve,
    /// Serves a sample company on SQLite with the sandbox inbox; nothing else is needed.
    Demo {
        /// Where its data live.
        #[arg(long, default_value = "data/demo")]
        data_dir: PathBuf,
        /// The port on 127.0.0.1.
        #[arg(long, default_value_t = 8080)]
        port: u16,
        /// Throws the data of an earlier demo away first.
        #[arg(long)]
        fresh: bool,
        /// Loads only the first so many households: a smaller company is there sooner.
        #[arg(long, default_value_t = usize::MAX, hide_default_value = true)]
        households: usize,
    },
    /// Checks configuration, database, schema, keys and clock, and tells what to mend.
    Doctor,
    /// Exits with 0 when the running server is ready; for containers.
    Healthcheck,
    /// Prints the description of the REST API.
    Openapi,
    /// Makes a new master key and seals every secret anew. Stop the server first; everybody signs in again.
    Rekey,
    /// Makes a one-time link that signs a member in; for those who lost their password.
    SignInLink {
        /// The member's address.
        #[arg(long)]
        email: String,
    },
}

/// Runs a command.
#[expect(clippy::print_stdout, reason = "commands answer on standard output")]
pub async fn run(cli: Cli) -> anyhow::Result<()> {
    if let Some(Command::Openapi) = cli.command {
        println!("{}", crate::openapi().to_pretty_json()?);
        return Ok(());
    }
    let config = Config::load(cli.config.as_deref())?;
    match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => {
            telemetry::start_logs(&config.log)?;
            serve::run(config).await
        }
        Command::Demo {
            data_dir,
            port,
            fresh,
            households,
        } => {
            telemetry::start_logs(&config.log)?;
            serve::demo(config, data_dir, port, fresh, households).await
        }
        Command::Doctor => doctor::run(config).await,
        Command::Healthcheck => serve::healthcheck(&config).await,
        Command::Rekey => {
            println!("{} secret(s) sealed anew", rekey::run(&config).await?);
            Ok(())
        }
        Command::SignInLink { email } => {
            println!("{}", sign_in_link(config, &email).await?);
            Ok(())
        }
        Command::Openapi => Ok(()),
    }
}

async fn sign_in_link(config: Config, email: &str) -> anyhow::Result<String> {
    let app = App::start(config)
        .await
        .context("stop the server first: an embedded database has one user")?;
    for workspace in access::workspace::list(app.db.reader()).await? {
        let members = account::members(app.db.reader(), workspace.id).await?;
        if let Some(member) = members
            .into_iter()
            .find(|member| member.user.email == email.trim().to_lowercase())
        {
            let purpose = Purpose::SignIn {
                workspace: workspace.id,
                user: member.user.id,
            };
            let tx = app.db.begin().await?;
            let token = link::create(&tx, &purpose, app.now()).await?;
            tx.commit().await?;
            return Ok(format!("{}/welcome/{token}", app.config.public_url()));
        }
    }
    bail!("nobody signs in with {email}")
}
