//! A mail server that does what it is told, message by message.

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader},
    net::TcpListener,
    sync::Mutex,
};
use tokio_rustls::TlsAcceptor;

/// When something happens within one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum At {
    Mail,
    Rcpt,
    Data,
    /// With the message half read.
    Body,
    /// With the final dot read.
    Dot,
}

/// What happens then.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Act {
    /// Answers so; a 421 also hangs up.
    Reply(&'static str),
    HangUp,
    Silence,
}

/// A message as it was taken.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mail {
    pub(crate) sender: String,
    pub(crate) recipient: String,
    pub(crate) data: Vec<u8>,
    pub(crate) connection: usize,
}

impl Mail {
    /// Returns the Message-ID.
    pub(crate) fn id(&self) -> String {
        let text = String::from_utf8_lossy(&self.data);
        let line = text
            .lines()
            .find(|line| line.starts_with("Message-ID: "))
            .unwrap();
        line["Message-ID: ".len()..].to_owned()
    }
}

/// What the server announces and accepts.
#[derive(Clone, Default)]
pub(crate) struct Options {
    pub(crate) features: Vec<&'static str>,
    pub(crate) starttls: Option<TlsAcceptor>,
    pub(crate) implicit: Option<TlsAcceptor>,
    /// Sent together with the answer to STARTTLS, as an attacker would.
    pub(crate) injected: &'static str,
    /// Ends the conversation without a word when it hears this.
    pub(crate) hangs_up_on: &'static str,
    /// Greets the first so many connections with 421.
    pub(crate) turns_away: usize,
}

struct State {
    options: Options,
    script: Mutex<VecDeque<(At, Act)>>,
    mails: Mutex<Vec<Mail>>,
    commands: Mutex<Vec<String>>,
    connections: AtomicUsize,
}

/// A running server; it ends with the test.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) port: u16,
    state: Arc<State>,
}

impl Server {
    /// Starts a server that plays one act for each of the first messages and takes all later ones.
    pub(crate) async fn start(options: Options, script: &[(At, Act)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(State {
            options,
            script: Mutex::new(script.iter().copied().collect()),
            mails: Mutex::default(),
            commands: Mutex::default(),
            connections: AtomicUsize::new(0),
        });
        let server = Self {
            port,
            state: Arc::clone(&state),
        };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(Conversation::hold(stream, Arc::clone(&state)));
            }
        });
        server
    }

    pub(crate) async fn mails(&self) -> Vec<Mail> {
        self.state.mails.lock().await.clone()
    }

    pub(crate) async fn commands(&self) -> Vec<String> {
        self.state.commands.lock().await.clone()
    }

    pub(crate) fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }
}

/// Why a conversation ended.
enum End {
    HungUp,
    Tls,
}

struct Conversation<S> {
    stream: BufReader<S>,
    state: Arc<State>,
    mail: Mail,
    act: Option<(At, Act)>,
}

impl Conversation<()> {
    async fn hold(stream: tokio::net::TcpStream, state: Arc<State>) {
        let connection = state.connections.fetch_add(1, Ordering::SeqCst);
        stream.set_nodelay(true).unwrap();
        if connection < state.options.turns_away {
            Conversation::new(stream, &state, connection)
                .say("421 4.3.2 too busy, come back later\r\n")
                .await;
            return;
        }
        if let Some(acceptor) = state.options.implicit.clone() {
            if let Ok(stream) = acceptor.accept(stream).await {
                Conversation::new(stream, &state, connection)
                    .talk("220 fake ESMTP\r\n")
                    .await;
            }
            return;
        }
        let mut clear = Conversation::new(stream, &state, connection);
        if matches!(clear.talk("220 fake ESMTP\r\n").await, Some(End::Tls)) {
            let acceptor = state.options.starttls.clone().unwrap();
            if let Ok(stream) = acceptor.accept(clear.stream.into_inner()).await {
                Conversation::new(stream, &state, connection).talk("").await;
            }
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Conversation<S> {
    fn new(stream: S, state: &Arc<State>, connection: usize) -> Self {
        let mail = Mail {
            connection,
            ..Mail::default()
        };
        Self {
            stream: BufReader::new(stream),
            state: Arc::clone(state),
            mail,
            act: None,
        }
    }

    async fn talk(&mut self, greeting: &str) -> Option<End> {
        self.say(greeting).await?;
        loop {
            let line = self.line().await?;
            self.note(&line).await;
            let verb = line
                .split([' ', ':'])
                .next()
                .unwrap_or_default()
                .to_uppercase();
            if verb == self.state.options.hangs_up_on {
                return None;
            }
            match verb.as_str() {
                "EHLO" => self.announce().await?,
                "STARTTLS" => {
                    self.say(&format!("220 go ahead\r\n{}", self.state.options.injected))
                        .await?;
                    return Some(End::Tls);
                }
                "AUTH" => {
                    // "\0user\0secret"
                    let good = line.ends_with("AHVzZXIAc2VjcmV0");
                    self.say(if good {
                        "235 2.7.0 ok\r\n"
                    } else {
                        "535 5.7.8 no\r\n"
                    })
                    .await?;
                }
                "MAIL" => {
                    self.act = self.state.script.lock().await.pop_front();
                    self.mail.sender = line;
                    self.act_or(At::Mail, "250 2.1.0 ok\r\n").await?;
                }
                "RCPT" => {
                    self.mail.recipient = line;
                    self.act_or(At::Rcpt, "250 2.1.5 ok\r\n").await?;
                }
                "DATA" => {
                    if self.act_or(At::Data, "354 go on\r\n").await? {
                        self.data().await?;
                    }
                }
                "QUIT" => {
                    self.say("221 bye\r\n").await?;
                    return Some(End::HungUp);
                }
                _ => self.say("250 2.0.0 ok\r\n").await?,
            }
        }
    }

    /// Keeps a command, marked when the next one had come along with it.
    async fn note(&self, line: &str) {
        let mark = if self.stream.buffer().is_empty() {
            ""
        } else {
            " [and more]"
        };
        self.state
            .commands
            .lock()
            .await
            .push(format!("{line}{mark}"));
    }

    async fn announce(&mut self) -> Option<()> {
        let mut answer = String::from("250-fake\r\n");
        for feature in &self.state.options.features {
            answer.extend(["250-", feature, "\r\n"]);
        }
        self.say(&format!("{answer}250 8BITMIME\r\n")).await
    }

    async fn data(&mut self) -> Option<()> {
        self.mail.data.clear();
        loop {
            let mut line = Vec::new();
            if self.stream.read_until(b'\n', &mut line).await.ok()? == 0 {
                return None;
            }
            if line == b".\r\n" {
                break;
            }
            if matches!(self.act, Some((At::Body, _))) {
                return None;
            }
            self.mail
                .data
                .extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
        }
        if !matches!(self.act, Some((At::Dot, _))) {
            // Kept before it is answered, so that a client that has the answer finds it there.
            let mail = self.mail.clone();
            self.state.mails.lock().await.push(mail);
        }
        self.act_or(At::Dot, "250 2.0.0 queued as F4KE\r\n")
            .await
            .map(|_| ())
    }

    /// Plays the act whose time has come, or gives the usual answer; returns whether it was usual.
    async fn act_or(&mut self, at: At, usual: &str) -> Option<bool> {
        match self.act {
            Some((when, act)) if when == at => match act {
                Act::Reply(reply) => {
                    self.say(&format!("{reply}\r\n")).await?;
                    if reply.starts_with("421") {
                        None
                    } else {
                        Some(false)
                    }
                }
                Act::HangUp => None,
                Act::Silence => std::future::pending().await,
            },
            _ => {
                self.say(usual).await?;
                Some(true)
            }
        }
    }

    async fn say(&mut self, text: &str) -> Option<()> {
        self.stream
            .get_mut()
            .write_all(text.as_bytes())
            .await
            .ok()?;
        self.stream.get_mut().flush().await.ok()
    }

    async fn line(&mut self) -> Option<String> {
        let mut line = Vec::new();
        if self.stream.read_until(b'\n', &mut line).await.ok()? == 0 {
            return None;
        }
        Some(String::from_utf8_lossy(&line).trim_end().to_owned())
    }
}
