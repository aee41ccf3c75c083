//! `server doctor`: what is wrong and how to mend it, all at once.

use anyhow::bail;
use kernel::time::{Clock, SystemClock};
use storage::{Db, secret::MasterKey, sql};

use crate::config::Config;

#[expect(clippy::print_stdout, reason = "a command answers on standard output")]
pub(super) async fn run(config: Config) -> anyhow::Result<()> {
    let mut wrong = 0;
    let mut tell = |what: &str, result: Result<String, String>| match result {
        Ok(fine) => println!("ok    {what}: {fine}"),
        Err(mend) => {
            wrong += 1;
            println!("WRONG {what}: {mend}");
        }
    };
    tell(
        "configuration",
        Ok(format!(
            "listens on {}, reached as {}",
            config.server.listen,
            config.public_url()
        )),
    );
    tell("public address", public_address(&config));
    tell("master key", master_key(&config));
    match database(&config).await {
        Ok(lines) => lines
            .into_iter()
            .for_each(|(what, result)| tell(what, result)),
        Err(error) => tell("database", Err(format!("{error:#}"))),
    }
    if wrong == 0 {
        Ok(())
    } else {
        bail!("{wrong} thing(s) to mend")
    }
}

fn public_address(config: &Config) -> Result<String, String> {
    let local =
        config.public_url().contains("127.0.0.1") || config.public_url().contains("localhost");
    if config.is_https() {
        Ok("https".to_owned())
    } else if local {
        Ok("this machine only; set server.public_url before writing to real people".to_owned())
    } else {
        Err(
            "server.public_url is not https: sign-in cookies and one-click unsubscribe need TLS"
                .to_owned(),
        )
    }
}

fn master_key(config: &Config) -> Result<String, String> {
    let path = config.master_key_path();
    if !path.exists() {
        return Ok(format!(
            "{} will be made at the first start; keep a copy elsewhere",
            path.display()
        ));
    }
    MasterKey::load_or_create(&path)
        .map(|_| path.display().to_string())
        .map_err(|error| error.to_string())
}

async fn database(config: &Config) -> anyhow::Result<Vec<(&'static str, Result<String, String>)>> {
    let db = Db::connect(&config.database_options()?).await?;
    let pending = migrations::pending(db.writer()).await?;
    let mut lines = vec![
        ("database", Ok(format!("{:?} answers", db.dialect()))),
        (
            "schema",
            if pending == 0 {
                Ok("up to date".to_owned())
            } else {
                Ok(format!("{pending} step(s) to apply at the next start"))
            },
        ),
    ];
    if db.dialect() == storage::Dialect::Postgres {
        let theirs = sql::number(
            db.reader(),
            "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint",
            [],
        )
        .await?;
        let off = (SystemClock.now().0 - theirs).abs();
        lines.push((
            "clock",
            if off < 2_000 {
                Ok(format!("{off} ms from the database's"))
            } else {
                Err(format!("{off} ms from the database's: synchronise both"))
            },
        ));
    }
    db.close().await?;
    Ok(lines)
}
