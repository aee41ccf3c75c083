//! Mail that comes back: a small server for SMTP and LMTP that takes in nothing else.
//!
//! It accepts what is addressed to a return path that this installation signed, or to `complaints@`, so it relays
//! nothing and guesses nothing. A message is answered with 250 once what it means is durable; until then the sending
//! server keeps it. It speaks no TLS: behind it stands a mail server of one's own, or the messages are reports of
//! machines to machines.

pub(crate) mod post;
mod session;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::timeout,
};

use crate::state::App;

/// Connections at a time; more are asked to come again.
const MAX_CONNECTIONS: usize = 64;
/// How long a connection may take in all.
const PATIENCE: Duration = Duration::from_mins(5);

/// Starts the server that the configuration asks for.
pub(crate) fn start(app: &App) {
    let address = app.config.mail.intake.clone();
    if address.is_empty() {
        return;
    }
    let app = app.clone();
    app.clone().tasks.spawn(async move {
        match TcpListener::bind(&address).await {
            Ok(listener) => serve(app, listener).await,
            Err(error) => {
                tracing::error!(%error, %address, "failed to listen for mail that comes back; it is not read");
            }
        }
    });
}

/// Takes mail in at a listener until the server stops.
pub async fn serve(app: App, listener: TcpListener) {
    let room = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        let accepted = tokio::select! {
            () = app.stopping.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "failed to accept a connection that brings mail");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let (app, room) = (app.clone(), room.clone());
        app.clone()
            .tasks
            .spawn(async move { talk(app, room, stream, peer).await });
    }
}

async fn talk(app: App, room: Arc<Semaphore>, stream: TcpStream, peer: SocketAddr) {
    let Ok(_seat) = room.try_acquire() else {
        session::turn_away(stream).await;
        return;
    };
    let talk = timeout(PATIENCE, session::run(&app, stream));
    let ended = tokio::select! {
        () = app.stopping.cancelled() => return,
        ended = talk => ended,
    };
    match ended {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(%error, %peer, "a connection that brings mail broke"),
        Err(_) => tracing::debug!(%peer, "a connection that brings mail took too long"),
    }
}
