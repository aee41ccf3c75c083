//! The private tags that the rewriter puts in place of the author's: they know where they stand.
//!
//! `_out` writes a value and escapes it, `_at` only notes the position of the tag that follows,
//! `_url` checks and marks the value of a `href` or `src`.

use std::io::Write;

use liquid_core::error::ResultLiquidReplaceExt;
use liquid_core::parser::FilterChain;
use liquid_core::{
    BlockReflection, Language, ParseBlock, ParseTag, Renderable, Result, Runtime, TagBlock,
    TagTokenIter, Template, ValueView,
};

use super::argument::number;
use super::state::fail;
use super::{Failure, Sink, State};
use crate::escape::escape_html;
use crate::link::{self, UrlUse};
use crate::text::plain_of_html;

/// How an output is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// HTML-escaped.
    Escape = 0,
    /// As it is: the author wrote `| raw`.
    Raw = 1,
    /// As it is: the part is plain text.
    Plain = 2,
    /// HTML-escaped, then line breaks become `<br />`.
    Breaks = 3,
    /// As it is if a `capture` made it (its outputs were escaped then), else HTML-escaped.
    Captured = 4,
    /// Plain text of trusted HTML: `| raw` in the text part.
    Stripped = 5,
}

impl Mode {
    fn of(number: usize) -> Self {
        match number {
            1 => Self::Raw,
            2 => Self::Plain,
            3 => Self::Breaks,
            4 => Self::Captured,
            5 => Self::Stripped,
            _ => Self::Escape,
        }
    }
}

/// Parses `_out <id> <mode> <reporting> <expression>`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OutTag;

/// Parses `_at <id>`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AtTag;

/// Parses `_url <id> <use> <ordinal>` … `_endurl`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct UrlBlock;

macro_rules! private_tag {
    ($tag:ty, $name:literal) => {
        impl liquid_core::TagReflection for $tag {
            fn tag(&self) -> &'static str {
                $name
            }

            fn description(&self) -> &'static str {
                "Private."
            }
        }
    };
}
private_tag!(OutTag, "_out");
private_tag!(AtTag, "_at");

#[derive(Debug)]
struct Out {
    id: usize,
    mode: Mode,
    is_reporting: bool,
    chain: FilterChain,
    /// The variable's name, where it may hold a capture.
    name: String,
}

impl ParseTag for OutTag {
    fn parse(
        &self,
        mut arguments: TagTokenIter<'_>,
        options: &Language,
    ) -> Result<Box<dyn Renderable>> {
        let id = number(&mut arguments)?;
        let mode = Mode::of(number(&mut arguments)?);
        let is_reporting = number(&mut arguments)? == 1;
        let token = arguments.expect_next("a value is missing")?;
        let name = token.as_str().to_owned();
        let chain = token.expect_filter_chain(options).into_result()?;
        arguments.expect_nothing()?;
        Ok(Box::new(Out {
            id,
            mode,
            is_reporting,
            chain,
            name,
        }))
    }

    fn reflection(&self) -> &dyn liquid_core::TagReflection {
        self
    }
}

impl Renderable for Out {
    fn render_to(&self, writer: &mut dyn Write, runtime: &dyn Runtime) -> Result<()> {
        let is_captured = {
            let mut state = runtime.registers().get_mut::<State>();
            state.at = self.id;
            state.is_reporting = self.is_reporting;
            self.mode == Mode::Captured && state.captured.contains(&self.name)
        };
        let value = self.chain.evaluate(runtime);
        runtime.registers().get_mut::<State>().is_reporting = false;
        let value = value?;
        let text = value.to_kstr();
        let text = text.as_str();
        match self.mode {
            Mode::Raw => {
                link::mark_raw(text, writer).map_err(|failure| fail(runtime, self.id, failure))?;
            }
            Mode::Plain => write_clean(text, writer)?,
            Mode::Stripped => write_clean(&plain_of_html(text), writer)?,
            Mode::Captured if is_captured => {
                writer
                    .write_all(text.as_bytes())
                    .replace("failed to write")?;
            }
            Mode::Breaks => {
                let escaped = escape_html(text)
                    .replace("\r\n", "\n")
                    .replace('\n', "<br />\n");
                writer
                    .write_all(escaped.as_bytes())
                    .replace("failed to write")?;
            }
            Mode::Escape | Mode::Captured => {
                writer
                    .write_all(escape_html(text).as_bytes())
                    .replace("failed to write")?;
            }
        }
        Ok(())
    }
}

/// Writes plain text without the control characters that mark links in a rendered part.
fn write_clean(text: &str, writer: &mut dyn Write) -> Result<()> {
    if text.bytes().any(crate::escape::is_control) {
        let clean: String = text
            .chars()
            .filter(|c| !u8::try_from(*c).is_ok_and(crate::escape::is_control))
            .collect();
        return writer
            .write_all(clean.as_bytes())
            .replace("failed to write");
    }
    writer.write_all(text.as_bytes()).replace("failed to write")
}

#[derive(Debug)]
struct At(usize);

impl ParseTag for AtTag {
    fn parse(
        &self,
        mut arguments: TagTokenIter<'_>,
        _options: &Language,
    ) -> Result<Box<dyn Renderable>> {
        let id = number(&mut arguments)?;
        Ok(Box::new(At(id)))
    }

    fn reflection(&self) -> &dyn liquid_core::TagReflection {
        self
    }
}

impl Renderable for At {
    fn render_to(&self, _writer: &mut dyn Write, runtime: &dyn Runtime) -> Result<()> {
        runtime.registers().get_mut::<State>().at = self.0;
        Ok(())
    }
}

#[derive(Debug)]
struct Url {
    id: usize,
    used: UrlUse,
    ordinal: usize,
    body: Template,
}

impl BlockReflection for UrlBlock {
    fn start_tag(&self) -> &'static str {
        "_url"
    }

    fn end_tag(&self) -> &'static str {
        "_endurl"
    }

    fn description(&self) -> &'static str {
        "Private."
    }
}

impl ParseBlock for UrlBlock {
    fn parse(
        &self,
        mut arguments: TagTokenIter<'_>,
        mut block: TagBlock<'_, '_>,
        options: &Language,
    ) -> Result<Box<dyn Renderable>> {
        let id = number(&mut arguments)?;
        let used = UrlUse::of(number(&mut arguments)?);
        let ordinal = number(&mut arguments)?;
        Ok(Box::new(Url {
            id,
            used,
            ordinal,
            body: Template::new(block.parse_all(options)?),
        }))
    }

    fn reflection(&self) -> &dyn BlockReflection {
        self
    }
}

impl Renderable for Url {
    fn render_to(&self, writer: &mut dyn Write, runtime: &dyn Runtime) -> Result<()> {
        let mut sink = Sink::of(runtime);
        self.body.render_to(&mut sink, runtime)?;
        let value = sink.into_string();
        if !link::is_allowed(&value, self.used) {
            let failure = Failure::Url {
                url: value,
                is_image: self.used == UrlUse::Resource,
            };
            return Err(fail(runtime, self.id, failure));
        }
        link::write_marked(writer, value.trim(), self.used, self.ordinal).replace("failed to write")
    }
}
