//! `for`, `tablerow` and `capture`: lazy, budgeted forms of the library's blocks.

use std::collections::BTreeSet;
use std::io::Write;

use liquid_core::error::ResultLiquidReplaceExt;
use liquid_core::model::{KString, KStringCow, KStringRef, ScalarCow, try_find};
use liquid_core::parser::BlockElement;
use liquid_core::runtime::{Interrupt, InterruptRegister, PartialStore, Registers};
use liquid_core::{
    BlockReflection, Language, ParseBlock, Renderable, Result, Runtime, TagBlock, TagTokenIter,
    Template, Value, ValueCow, ValueView,
};

use super::argument::{Header, Source, whole};
use super::runtime::or_nil;
use super::state::fail;
use super::{Failure, MAX_ITERATIONS, Sink, State};

/// Parses `for` or `tablerow`.
#[derive(Debug, Clone, Copy)]
pub(crate) enum LoopBlock {
    For,
    TableRow,
}

impl BlockReflection for LoopBlock {
    fn start_tag(&self) -> &str {
        match self {
            Self::For => "for",
            Self::TableRow => "tablerow",
        }
    }

    fn end_tag(&self) -> &str {
        match self {
            Self::For => "endfor",
            Self::TableRow => "endtablerow",
        }
    }

    fn description(&self) -> &'static str {
        "Repeats its content for each item of a list or range."
    }
}

impl ParseBlock for LoopBlock {
    fn parse(
        &self,
        mut arguments: TagTokenIter<'_>,
        mut block: TagBlock<'_, '_>,
        options: &Language,
    ) -> Result<Box<dyn Renderable>> {
        let is_table = matches!(self, Self::TableRow);
        let header = Header::parse(&mut arguments, is_table)?;
        let mut body = Vec::new();
        let mut otherwise = None;
        while let Some(element) = block.next()? {
            match element {
                BlockElement::Tag(tag) if tag.name() == "else" => {
                    otherwise = Some(Template::new(block.parse_all(options)?));
                    break;
                }
                BlockElement::Tag(tag) => body.push(tag.parse(&mut block, options)?),
                element => body.push(element.parse(&mut block, options)?),
            }
        }
        Ok(Box::new(Loop {
            header,
            body: Template::new(body),
            otherwise,
            is_table,
        }))
    }

    fn reflection(&self) -> &dyn BlockReflection {
        self
    }
}

#[derive(Debug)]
struct Loop {
    header: Header,
    body: Template,
    otherwise: Option<Template>,
    is_table: bool,
}

/// The items of a loop: a list is borrowed, a range is two numbers.
enum Items<'v> {
    List(ValueCow<'v>),
    Range(i64),
}

impl Renderable for Loop {
    fn render_to(&self, writer: &mut dyn Write, runtime: &dyn Runtime) -> Result<()> {
        let at = runtime.registers().get_mut::<State>().at;
        let (items, total) = self.items(runtime, at)?;
        let offset = whole(self.header.offset.as_ref(), runtime)?
            .unwrap_or(0)
            .clamp(0, total);
        let left = total - offset;
        let length = whole(self.header.limit.as_ref(), runtime)?
            .unwrap_or(left)
            .clamp(0, left);
        if length == 0 {
            return match &self.otherwise {
                Some(template) => template.render_to(writer, runtime),
                None => Ok(()),
            };
        }
        let cols = whole(self.header.cols.as_ref(), runtime)?
            .filter(|cols| *cols > 0)
            .unwrap_or(length);
        for round in 0..length {
            spend_round(runtime, at)?;
            let index = offset
                + if self.header.is_reversed {
                    length - 1 - round
                } else {
                    round
                };
            let owned;
            let value: &dyn ValueView = match &items {
                Items::Range(from) => {
                    owned = Value::scalar(from.saturating_add(index));
                    &owned
                }
                Items::List(list) => match list.as_array().and_then(|list| list.get(index)) {
                    Some(value) => value,
                    None => continue,
                },
            };
            let progress = Progress {
                round,
                length,
                cols: self.is_table.then_some(cols),
            };
            let frame = LoopFrame {
                parent: runtime,
                name: &self.header.name,
                value,
                progress,
            };
            self.open_cell(writer, progress)?;
            self.body.render_to(writer, &frame)?;
            self.close_cell(writer, progress)?;
            let interrupt = runtime.registers().get_mut::<InterruptRegister>().reset();
            if interrupt == Some(Interrupt::Break) {
                break;
            }
        }
        Ok(())
    }
}

impl Loop {
    fn items<'v>(&'v self, runtime: &'v dyn Runtime, at: usize) -> Result<(Items<'v>, i64)> {
        match &self.header.source {
            Source::Range(from, to) => {
                let from = whole(Some(from), runtime)?.unwrap_or(0);
                let to = whole(Some(to), runtime)?.unwrap_or(-1);
                let length = to.saturating_sub(from).saturating_add(1).max(0);
                Ok((Items::Range(from), length))
            }
            Source::List(list) => {
                let list = list.evaluate(runtime)?;
                let length = match list.as_array() {
                    Some(list) => list.size(),
                    None if list.is_nil() || list.query_state(liquid_core::model::State::Empty) => {
                        0
                    }
                    None => {
                        return Err(fail(
                            runtime,
                            at,
                            Failure::NotAList(list.type_name().to_owned()),
                        ));
                    }
                };
                Ok((Items::List(list), length))
            }
        }
    }

    fn open_cell(&self, writer: &mut dyn Write, progress: Progress) -> Result<()> {
        if !self.is_table {
            return Ok(());
        }
        let (row, col) = progress.cell();
        if col == 0 {
            write!(writer, "<tr class=\"row{}\">", row + 1).replace("failed to write")?;
        }
        write!(writer, "<td class=\"col{}\">", col + 1).replace("failed to write")
    }

    fn close_cell(&self, writer: &mut dyn Write, progress: Progress) -> Result<()> {
        if !self.is_table {
            return Ok(());
        }
        write!(writer, "</td>").replace("failed to write")?;
        if progress.is_last_col() {
            write!(writer, "</tr>").replace("failed to write")?;
        }
        Ok(())
    }
}

fn spend_round(runtime: &dyn Runtime, at: usize) -> Result<()> {
    let mut state = runtime.registers().get_mut::<State>();
    state.iterations += 1;
    let is_spent = state.iterations > MAX_ITERATIONS;
    drop(state);
    if is_spent {
        Err(fail(runtime, at, Failure::Iterations))
    } else {
        Ok(())
    }
}

/// How far a loop is.
#[derive(Debug, Clone, Copy)]
struct Progress {
    round: i64,
    length: i64,
    cols: Option<i64>,
}

impl Progress {
    fn cell(self) -> (i64, i64) {
        let cols = self.cols.unwrap_or(1).max(1);
        (self.round / cols, self.round % cols)
    }

    fn is_last_col(self) -> bool {
        self.round + 1 == self.length || self.cell().1 + 1 == self.cols.unwrap_or(1)
    }

    fn field(self, name: &str) -> Option<Value> {
        Some(match name {
            "index" => Value::scalar(self.round + 1),
            "index0" => Value::scalar(self.round),
            "rindex" => Value::scalar(self.length - self.round),
            "rindex0" => Value::scalar(self.length - self.round - 1),
            "first" => Value::scalar(self.round == 0),
            "last" => Value::scalar(self.round + 1 == self.length),
            "length" => Value::scalar(self.length),
            "col" if self.cols.is_some() => Value::scalar(self.cell().1 + 1),
            "col0" if self.cols.is_some() => Value::scalar(self.cell().1),
            "col_first" if self.cols.is_some() => Value::scalar(self.cell().1 == 0),
            "col_last" if self.cols.is_some() => Value::scalar(self.is_last_col()),
            _ => return None,
        })
    }
}

/// The scope of one round: the loop variable and `forloop`, computed when asked for.
pub(crate) struct LoopFrame<'a> {
    parent: &'a dyn Runtime,
    name: &'a str,
    value: &'a dyn ValueView,
    progress: Progress,
}

impl Runtime for LoopFrame<'_> {
    fn partials(&self) -> &dyn PartialStore {
        self.parent.partials()
    }

    fn name(&self) -> Option<KStringRef<'_>> {
        self.parent.name()
    }

    fn roots(&self) -> BTreeSet<KStringCow<'_>> {
        self.parent.roots()
    }

    fn try_get(&self, path: &[ScalarCow<'_>]) -> Option<ValueCow<'_>> {
        let (root, rest) = path.split_first()?;
        let root = root.to_kstr();
        if root.as_str() == self.name {
            return try_find(self.value, rest);
        }
        let own = if self.progress.cols.is_some() {
            "tablerow"
        } else {
            "forloop"
        };
        if root.as_str() != own {
            return self.parent.try_get(path);
        }
        let (field, deeper) = rest.split_first()?;
        let field = field.to_kstr();
        if field.as_str() == "parentloop" {
            let mut up = vec![ScalarCow::new("forloop")];
            up.extend(deeper.iter().cloned());
            return self
                .parent
                .try_get(&up)
                .map(|value| ValueCow::Owned(value.into_owned()));
        }
        self.progress.field(field.as_str()).map(ValueCow::Owned)
    }

    fn get(&self, path: &[ScalarCow<'_>]) -> Result<ValueCow<'_>> {
        Ok(or_nil(self, self.try_get(path), path))
    }

    fn set_global(&self, name: KString, value: Value) -> Option<Value> {
        self.parent.set_global(name, value)
    }

    fn set_index(&self, name: KString, value: Value) -> Option<Value> {
        self.parent.set_index(name, value)
    }

    fn get_index<'v>(&'v self, name: &str) -> Option<ValueCow<'v>> {
        self.parent.get_index(name)
    }

    fn registers(&self) -> &Registers {
        self.parent.registers()
    }
}

/// Parses `capture`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CaptureBlock;

impl BlockReflection for CaptureBlock {
    fn start_tag(&self) -> &'static str {
        "capture"
    }

    fn end_tag(&self) -> &'static str {
        "endcapture"
    }

    fn description(&self) -> &'static str {
        "Keeps its content in a variable instead of writing it."
    }
}

impl ParseBlock for CaptureBlock {
    fn parse(
        &self,
        mut arguments: TagTokenIter<'_>,
        mut block: TagBlock<'_, '_>,
        options: &Language,
    ) -> Result<Box<dyn Renderable>> {
        let name = arguments.expect_next("a name is missing, as in `capture greeting`")?;
        let name = name.expect_identifier().into_result()?.to_owned();
        arguments.expect_nothing()?;
        Ok(Box::new(Capture {
            name,
            body: Template::new(block.parse_all(options)?),
        }))
    }

    fn reflection(&self) -> &dyn BlockReflection {
        self
    }
}

#[derive(Debug)]
struct Capture {
    name: String,
    body: Template,
}

impl Renderable for Capture {
    fn render_to(&self, _writer: &mut dyn Write, runtime: &dyn Runtime) -> Result<()> {
        let mut sink = Sink::of(runtime);
        self.body.render_to(&mut sink, runtime)?;
        runtime.set_global(self.name.clone().into(), Value::scalar(sink.into_string()));
        runtime
            .registers()
            .get_mut::<State>()
            .captured
            .insert(self.name.clone());
        Ok(())
    }
}
