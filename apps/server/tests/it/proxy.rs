//! A wire to a database that can be cut.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// Passes connections on to a server until it is cut.
pub(crate) struct Proxy {
    pub(crate) port: u16,
    is_cut: watch::Sender<bool>,
}

impl Proxy {
    /// Listens on a port of its own and passes on to `to`, `host:port`.
    pub(crate) async fn start(to: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (is_cut, watched) = watch::channel(false);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(pass_on(stream, to.clone(), watched.clone()));
            }
        });
        Self { port, is_cut }
    }

    /// Ends every connection, in the middle of whatever it carries, and takes no new one.
    pub(crate) fn cut(&self) {
        self.is_cut.send_replace(true);
    }

    /// Passes on again.
    pub(crate) fn mend(&self) {
        self.is_cut.send_replace(false);
    }
}

async fn pass_on(mut client: TcpStream, to: String, mut is_cut: watch::Receiver<bool>) {
    if *is_cut.borrow_and_update() {
        return;
    }
    let mut server = TcpStream::connect(to).await.unwrap();
    tokio::select! {
        // How a connection ends is for its two ends to judge.
        _ = copy_bidirectional(&mut client, &mut server) => {}
        _ = is_cut.wait_for(|is_cut| *is_cut) => {}
    }
}
