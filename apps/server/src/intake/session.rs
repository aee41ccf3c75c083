//! The conversation (RFC 5321, RFC 2033).

use tokio::{
    io::{self, AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

use channel_email::returned;

use super::post::{self, Letterbox, Taken};
use crate::state::App;

/// The longest line of a command (RFC 5321, 4.5.3.1.4, and then some for long addresses).
const MAX_LINE: u64 = 2_048;
/// The longest message. It must be taken whole, though no more of it is kept than is looked at.
const MAX_MESSAGE: usize = 8 << 20;
/// Recipients of one message.
const MAX_RECIPIENTS: usize = 50;
/// Commands that make no sense before the conversation ends.
const MAX_NONSENSE: u32 = 20;

/// Asks somebody to come again.
pub(super) async fn turn_away(mut stream: TcpStream) {
    // Whether the answer arrives changes nothing.
    let _ = stream
        .write_all(b"421 4.3.2 too many connections, come again later\r\n")
        .await;
}

/// What a message is being put together from.
#[derive(Default)]
struct Envelope {
    /// The reverse path, empty for a report.
    sender: Option<String>,
    to: Vec<Letterbox>,
}

/// How the other side speaks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Dialect {
    /// One answer for a message.
    Smtp,
    /// One answer for each recipient.
    Lmtp,
}

/// What to do after an answer.
#[derive(PartialEq, Eq)]
enum Next {
    Go,
    End,
}

struct Session<'a, S> {
    app: &'a App,
    wire: S,
    dialect: Dialect,
    envelope: Envelope,
    nonsense: u32,
}

/// Talks until the other side has enough.
pub(super) async fn run(app: &App, stream: TcpStream) -> io::Result<()> {
    // Answers are short and waited for.
    stream.set_nodelay(true)?;
    let mut session = Session {
        app,
        wire: BufReader::new(stream),
        dialect: Dialect::Smtp,
        envelope: Envelope::default(),
        nonsense: 0,
    };
    session.say("220 mail that comes back").await?;
    while let Some(line) = session.line().await? {
        if session.obey(&line).await? == Next::End {
            break;
        }
    }
    Ok(())
}

impl Session<'_, BufReader<TcpStream>> {
    async fn say(&mut self, answer: &str) -> io::Result<()> {
        self.wire.write_all(answer.as_bytes()).await?;
        self.wire.write_all(b"\r\n").await?;
        self.wire.flush().await
    }

    /// Reads a command; `None` at the end of the connection.
    async fn line(&mut self) -> io::Result<Option<String>> {
        let mut bytes = Vec::new();
        let n = (&mut self.wire)
            .take(MAX_LINE)
            .read_until(b'\n', &mut bytes)
            .await?;
        if n == 0 {
            return Ok(None);
        }
        if bytes.last() != Some(&b'\n') && n as u64 == MAX_LINE {
            self.say("500 5.5.2 line too long").await?;
            return Ok(None);
        }
        Ok(Some(String::from_utf8_lossy(&bytes).trim_end().to_owned()))
    }

    async fn obey(&mut self, line: &str) -> io::Result<Next> {
        let (verb, rest) = line.split_once([' ', ':']).unwrap_or((line, ""));
        match verb.to_ascii_uppercase().as_str() {
            "HELO" => self.say("250 hello").await?,
            greeting @ ("EHLO" | "LHLO") => {
                if greeting == "LHLO" {
                    self.dialect = Dialect::Lmtp;
                }
                let size = format!("250 SIZE {MAX_MESSAGE}");
                self.say("250-hello").await?;
                self.say("250-8BITMIME").await?;
                self.say("250-PIPELINING").await?;
                self.say("250-ENHANCEDSTATUSCODES").await?;
                self.say(&size).await?;
            }
            "MAIL" => {
                let Some(sender) = path(rest, "from") else {
                    self.say("501 5.5.4 MAIL FROM:<address>").await?;
                    return Ok(Next::Go);
                };
                self.envelope = Envelope {
                    sender: Some(sender.to_owned()),
                    to: Vec::new(),
                };
                self.say("250 2.1.0 ok").await?;
            }
            "RCPT" => self.recipient(rest).await?,
            "DATA" => return self.data().await,
            "RSET" => {
                self.envelope = Envelope::default();
                self.say("250 2.0.0 ok").await?;
            }
            "NOOP" => self.say("250 2.0.0 ok").await?,
            "VRFY" => self.say("252 2.1.5 send it and see").await?,
            "QUIT" => {
                self.say("221 2.0.0 bye").await?;
                return Ok(Next::End);
            }
            _ => {
                self.nonsense += 1;
                if self.nonsense > MAX_NONSENSE {
                    self.say("421 4.7.0 too many errors").await?;
                    return Ok(Next::End);
                }
                self.say("500 5.5.1 unknown command").await?;
            }
        }
        Ok(Next::Go)
    }

    async fn recipient(&mut self, rest: &str) -> io::Result<()> {
        if self.envelope.sender.is_none() {
            return self.say("503 5.5.1 MAIL first").await;
        }
        if self.envelope.to.len() >= MAX_RECIPIENTS {
            return self.say("452 4.5.3 too many recipients").await;
        }
        let Some(address) = path(rest, "to") else {
            return self.say("501 5.5.4 RCPT TO:<address>").await;
        };
        match post::find(self.app, address).await {
            Ok(Some(found)) => {
                self.envelope.to.push(found);
                self.say("250 2.1.5 ok").await
            }
            Ok(None) => self.say("550 5.1.1 nobody here of that name").await,
            Err(error) => {
                tracing::warn!(%error, "failed to look up a return path");
                self.say("451 4.3.0 try again later").await
            }
        }
    }

    async fn data(&mut self) -> io::Result<Next> {
        let Envelope { sender, to } = std::mem::take(&mut self.envelope);
        if to.is_empty() {
            self.say("503 5.5.1 RCPT first").await?;
            return Ok(Next::Go);
        }
        self.say("354 end with a dot alone on a line").await?;
        let Some(message) = read_message(&mut self.wire).await? else {
            return Ok(Next::End);
        };
        let Message::Whole(message) = message else {
            let answers = match self.dialect {
                Dialect::Lmtp => to.len(),
                Dialect::Smtp => 1,
            };
            for _ in 0..answers {
                self.say("552 5.3.4 too big").await?;
            }
            return Ok(Next::Go);
        };
        let taken = post::take(self.app, &to, &sender.unwrap_or_default(), message).await;
        let answer = |is_done: bool| {
            if is_done {
                "250 2.0.0 taken"
            } else {
                "451 4.3.0 try again later"
            }
        };
        match self.dialect {
            // One answer for all: what failed for one is brought again for all, which does no harm.
            Dialect::Smtp => {
                let is_done = taken.iter().all(|one| *one == Taken::Done);
                self.say(answer(is_done)).await?;
            }
            Dialect::Lmtp => {
                for one in taken {
                    self.say(answer(one == Taken::Done)).await?;
                }
            }
        }
        Ok(Next::Go)
    }
}

/// Returns the address of `TO:<a@b> …`, which is empty in `FROM:<>`.
fn path<'a>(rest: &'a str, word: &str) -> Option<&'a str> {
    let rest = rest.trim_start();
    let after = rest
        .get(..word.len())
        .filter(|own| own.eq_ignore_ascii_case(word))
        .and_then(|_| rest.get(word.len()..))?;
    let after = after.trim_start().strip_prefix(':')?.trim_start();
    let (address, _) = after.strip_prefix('<')?.split_once('>')?;
    Some(address)
}

enum Message {
    Whole(Vec<u8>),
    TooBig,
}

/// Reads up to the dot, which is not kept; `None` when the connection breaks before it.
async fn read_message(wire: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Option<Message>> {
    let (mut message, mut line) = (Vec::new(), Vec::new());
    let (mut length, mut is_start) = (0, true);
    loop {
        line.clear();
        // A line without an end is read in pieces, so that it cannot fill the memory.
        let n = wire.take(64 << 10).read_until(b'\n', &mut line).await?;
        if n == 0 {
            return Ok(None);
        }
        if is_start && matches!(line.as_slice(), b".\r\n" | b".\n") {
            return Ok(Some(if length > MAX_MESSAGE {
                Message::TooBig
            } else {
                Message::Whole(message)
            }));
        }
        let text = if is_start {
            line.strip_prefix(b".").unwrap_or(&line)
        } else {
            &line
        };
        length += text.len();
        if message.len() < returned::MAX_BYTES {
            message.extend_from_slice(text);
        }
        is_start = line.ends_with(b"\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_however_it_is_written() {
        for rest in [
            "TO:<b+x@y.jp>",
            "to: <b+x@y.jp> NOTIFY=NEVER",
            " To:<b+x@y.jp>",
        ] {
            assert_eq!(path(rest, "to"), Some("b+x@y.jp"), "{rest}");
        }
        assert_eq!(path("FROM:<> SIZE=3", "from"), Some(""));
        for rest in ["", "TO", "TO:", "TO:b@y.jp", "FROM:<b@y.jp>", "t😀:<x>"] {
            assert_eq!(path(rest, "to"), None, "{rest}");
        }
    }

    #[tokio::test]
    async fn dots_are_taken_off_and_only_the_lonely_one_ends() {
        let mut wire: &[u8] = b"a\r\n..b\r\n.\r\nQUIT\r\n";
        let Some(Message::Whole(message)) = read_message(&mut wire).await.unwrap() else {
            panic!("a message");
        };
        assert_eq!(message, b"a\r\n.b\r\n");
        assert_eq!(wire, b"QUIT\r\n");
        let mut cut: &[u8] = b"a\r\nb";
        assert!(read_message(&mut cut).await.unwrap().is_none());
        let long = [vec![b'x'; MAX_MESSAGE + 10], b"\r\n.\r\n".to_vec()].concat();
        let mut long = long.as_slice();
        assert!(matches!(
            read_message(&mut long).await.unwrap(),
            Some(Message::TooBig)
        ));
    }
}
