//! What one render has spent and found out, shared by every tag through the runtime's registers.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::io;
use std::rc::Rc;

use chrono_tz::Tz;
use liquid_core::Runtime;

/// Loop rounds allowed in one render, all loops and all parts of the email together.
pub const MAX_ITERATIONS: usize = 10_000;
/// Bytes that one render may write, discarded captures included.
pub const MAX_OUTPUT_BYTES: usize = 512 * 1024;
/// Blocks may stand this deep in each other.
pub const MAX_DEPTH: usize = 16;

/// Why a render was stopped by us rather than by the library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    Iterations,
    Output,
    NotAList(String),
    Url { url: String, is_image: bool },
}

/// The registers of one render.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) iterations: usize,
    /// Bytes written, shared with every [`Sink`] of the render.
    pub(crate) spent: Rc<Cell<usize>>,
    /// Index of the tag that runs now, for positions.
    pub(crate) at: usize,
    /// True while an output without a fallback is evaluated: only there is an absent value news.
    pub(crate) is_reporting: bool,
    pub(crate) missing: BTreeSet<(usize, String)>,
    /// Variables that hold already escaped HTML from a `capture`.
    pub(crate) captured: BTreeSet<String>,
    pub(crate) failure: Option<(usize, Failure)>,
    pub(crate) timezone: Tz,
}

impl Default for State {
    fn default() -> Self {
        Self {
            iterations: 0,
            spent: Rc::default(),
            at: 0,
            is_reporting: false,
            missing: BTreeSet::new(),
            captured: BTreeSet::new(),
            failure: None,
            timezone: Tz::Asia__Tokyo,
        }
    }
}

/// Stops the render and remembers why and where.
pub(crate) fn fail(runtime: &dyn Runtime, at: usize, failure: Failure) -> liquid_core::Error {
    let mut state = runtime.registers().get_mut::<State>();
    if state.failure.is_none() {
        state.failure = Some((at, failure));
    }
    liquid_core::Error::with_msg("render stopped")
}

/// A buffer that refuses to grow beyond the render's budget.
pub(crate) struct Sink {
    pub(crate) bytes: Vec<u8>,
    spent: Rc<Cell<usize>>,
}

impl Sink {
    pub(crate) fn new(spent: Rc<Cell<usize>>, capacity: usize) -> Self {
        Self {
            bytes: Vec::with_capacity(capacity),
            spent,
        }
    }

    pub(crate) fn of(runtime: &dyn Runtime) -> Self {
        Self::new(Rc::clone(&runtime.registers().get_mut::<State>().spent), 64)
    }

    /// Returns what was written; tags write nothing but UTF-8.
    pub(crate) fn into_string(self) -> String {
        String::from_utf8(self.bytes)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
    }
}

impl io::Write for Sink {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let spent = self.spent.get().saturating_add(buffer.len());
        self.spent.set(spent);
        if spent > MAX_OUTPUT_BYTES {
            return Err(io::Error::other("output budget spent"));
        }
        self.bytes.extend_from_slice(buffer);
        Ok(buffer.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
