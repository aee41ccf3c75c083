//! Serving, until told to stop.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use access::{
    account,
    link::{self, Purpose},
};
use anyhow::{Context, bail};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::{config::Config, state::App};

/// How long running requests and sends may take to finish after a stop signal.
const GRACE: Duration = Duration::from_secs(25);

pub(super) async fn run(config: Config) -> anyhow::Result<()> {
    install_tls()?;
    let app = App::start(config).await?;
    invite_first_owner(&app).await?;
    serve(app).await
}

/// Serves an application that stands; also what the demo does once its data are in.
pub(super) async fn serve(app: App) -> anyhow::Result<()> {
    let address: SocketAddr = app.config.server.listen.parse()?;
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("failed to listen on {address}: is it in use?"))?;
    crate::workers::start(&app);
    tracing::info!(address = %listener.local_addr()?, url = app.config.public_url(), "ready");
    let stopping = app.stopping.clone();
    tokio::spawn({
        let stopping = stopping.clone();
        async move {
            stop_signal().await;
            tracing::info!("stopping: no new work, running work finishes");
            stopping.cancel();
        }
    });
    let service = crate::router(app.clone()).into_make_service_with_connect_info::<SocketAddr>();
    let serving =
        axum::serve(listener, service).with_graceful_shutdown(stopping.clone().cancelled_owned());
    tokio::select! {
        served = serving.into_future() => served?,
        () = async { stopping.cancelled().await; tokio::time::sleep(GRACE).await } => {
            tracing::warn!("some requests did not finish in time");
        }
    }
    app.tasks.close();
    if tokio::time::timeout(GRACE, app.tasks.wait()).await.is_err() {
        tracing::warn!("some background work did not finish in time; it goes on at the next start");
    }
    app.db.close().await?;
    tracing::info!("stopped");
    Ok(())
}

/// Serves the sample company; its data folder holds nothing but the demo.
#[expect(
    clippy::print_stdout,
    reason = "the sign-in link is the command's answer"
)]
pub(super) async fn demo(
    mut config: Config,
    data_dir: PathBuf,
    port: u16,
    fresh: bool,
    households: usize,
) -> anyhow::Result<()> {
    install_tls()?;
    if fresh && data_dir.join("enishi.db").exists() {
        std::fs::remove_dir_all(&data_dir)
            .with_context(|| format!("failed to empty {}", data_dir.display()))?;
    }
    config.server.data_dir = data_dir;
    config.server.listen = format!("127.0.0.1:{port}");
    config.server.public_url = format!("http://127.0.0.1:{port}");
    config.database.url.clear();
    config.database.url_file.clear();
    let app = App::start(config).await?;
    let link = crate::demo::prepare(&app, households).await?;
    println!("\n  Enishi is ready. Sign in (once): {link}\n");
    serve(app).await
}

fn install_tls() -> anyhow::Result<()> {
    // One TLS library on one provider; whoever connects out finds it installed.
    if rustls::crypto::ring::default_provider()
        .install_default()
        .is_err()
    {
        bail!("another TLS provider is installed already");
    }
    Ok(())
}

/// Prints the link through which the first owner comes in, as long as there is none.
async fn invite_first_owner(app: &App) -> anyhow::Result<()> {
    if !account::nobody_yet(app.db.reader()).await? {
        return Ok(());
    }
    let tx = app.db.begin().await?;
    link::withdraw_first_owner(&tx).await?;
    let token = link::create(&tx, &Purpose::FirstOwner, app.now()).await?;
    tx.commit().await?;
    tracing::info!(
        "nobody owns this server yet: open {}/welcome/{token} within two days",
        app.config.public_url()
    );
    Ok(())
}

async fn stop_signal() {
    let interrupt = tokio::signal::ctrl_c();
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(error) => {
                tracing::error!(%error, "failed to listen for SIGTERM");
                std::future::pending::<()>().await;
            }
        }
    };
    tokio::select! {
        _ = interrupt => {}
        () = terminated => {}
    }
}

/// Asks the running server whether it is ready.
pub(super) async fn healthcheck(config: &Config) -> anyhow::Result<()> {
    let mut address: SocketAddr = config.server.listen.parse()?;
    if address.ip().is_unspecified() {
        address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    let ask = async {
        let mut stream = TcpStream::connect(address).await?;
        stream
            .write_all(b"GET /readyz HTTP/1.0\r\nHost: localhost\r\n\r\n")
            .await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        anyhow::Ok(answer)
    };
    let answer = tokio::time::timeout(Duration::from_secs(3), ask)
        .await
        .context("no answer within 3 s")??;
    if answer.starts_with(b"HTTP/1.0 200") || answer.starts_with(b"HTTP/1.1 200") {
        Ok(())
    } else {
        bail!("not ready")
    }
}
