//! From a document to templates that are parsed once and rendered many times.

use std::collections::BTreeMap;

use liquid_core::Template;

use crate::document::{EmailDocument, EmailVariant, choose_locale, escape_pointer};
use crate::escape::is_control;
use crate::liquid::{
    Kind, Piece, Target, check_blocks, check_syntax, language, rewrite, rewrite_part, scan,
};
use crate::problem::{CompileError, Fault, Position, Problem};
use crate::{footer, lift, mark, mjml, text};

/// An email ready to be rendered for any number of customers; share it in an `Arc`.
#[derive(Debug)]
pub struct CompiledEmail {
    pub(crate) default_locale: String,
    pub(crate) variants: BTreeMap<String, CompiledVariant>,
}

#[derive(Debug)]
pub(crate) struct CompiledVariant {
    pub(crate) locale: String,
    pub(crate) subject: Template,
    pub(crate) preheader: Template,
    pub(crate) html: Template,
    pub(crate) text: Template,
    /// Where each Liquid tag stands, by the id it was rewritten with.
    pub(crate) places: Vec<Place>,
}

/// The field and position of one Liquid tag.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) field: &'static str,
    pub(crate) position: Position,
}

/// What to do about the legal footer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Footer {
    /// Adds the standard footer where the template has no unsubscribe link.
    #[default]
    Ensure,
    /// Leaves the template alone: transactional mail.
    Leave,
}

impl CompiledEmail {
    /// Compiles every variant of a document.
    ///
    /// # Errors
    /// What is wrong, at most one problem a field, with line and column of the author's source.
    pub fn compile(document: &EmailDocument, footer: Footer) -> Result<Self, CompileError> {
        let mut problems = document.validate();
        if !problems.is_empty() {
            return Err(CompileError(problems));
        }
        let mut variants = BTreeMap::new();
        for (locale, variant) in &document.variants {
            match Builder::new(locale, footer).build(variant) {
                Ok(compiled) => {
                    variants.insert(locale.clone(), compiled);
                }
                Err(found) => problems.extend(found),
            }
        }
        if !problems.is_empty() {
            return Err(CompileError(problems));
        }
        Ok(Self {
            default_locale: document.default_locale.clone(),
            variants,
        })
    }

    /// Returns the locale that a customer with this preference receives.
    pub fn locale_for(&self, wanted: Option<&str>) -> &str {
        choose_locale(&self.variants, &self.default_locale, wanted)
    }
}

struct Builder<'d> {
    locale: &'d str,
    footer: Footer,
    places: Vec<Place>,
    problems: Vec<Problem>,
}

impl<'d> Builder<'d> {
    fn new(locale: &'d str, footer: Footer) -> Self {
        Self {
            locale,
            footer,
            places: Vec::new(),
            problems: Vec::new(),
        }
    }

    fn build(mut self, variant: &EmailVariant) -> Result<CompiledVariant, Vec<Problem>> {
        let subject = self.part("subject", &variant.subject, Target::Text);
        let preheader = self.part("preheader", &variant.preheader, Target::Text);
        let hidden = self.part("preheader", &variant.preheader, Target::Html);
        let body = self.body(&variant.mjml);
        let written = variant
            .text
            .as_deref()
            .filter(|text| !text.trim().is_empty());
        let text = written.and_then(|text| {
            let text = match self.footer {
                Footer::Ensure => footer::ensure_footer_text(text, self.locale),
                Footer::Leave => text.into(),
            };
            self.part("text", &text, Target::Text)
        });
        let (mut html, mut derived) = body.unwrap_or_default();
        if let Some(hidden) = hidden.filter(|_| !variant.preheader.trim().is_empty()) {
            insert_preheader(&mut html, &hidden);
        }
        if self.footer == Footer::Ensure && written.is_none() {
            derived.push('\n');
        }
        let subject = self.parse("subject", &subject.unwrap_or_default());
        let preheader = self.parse("preheader", &preheader.unwrap_or_default());
        let html = self.parse("mjml", &html);
        let text = self.parse(
            if written.is_some() { "text" } else { "mjml" },
            &text.unwrap_or(derived),
        );
        let mut seen = std::collections::BTreeSet::new();
        self.problems
            .retain(|problem| seen.insert(problem.pointer.clone()));
        match (self.problems.is_empty(), subject, preheader, html, text) {
            (true, Some(subject), Some(preheader), Some(html), Some(text)) => Ok(CompiledVariant {
                locale: self.locale.to_owned(),
                subject,
                preheader,
                html,
                text,
                places: self.places,
            }),
            _ => Err(self.problems),
        }
    }

    fn note(&mut self, field: &'static str, source: &str, fault: Fault) {
        let pointer = format!("/variants/{}/{field}", escape_pointer(self.locale));
        self.problems.push(fault.locate(&pointer, source));
    }

    /// Rewrites a part that is not MJML.
    fn part(&mut self, field: &'static str, source: &str, target: Target) -> Option<String> {
        let rewritten =
            check_characters(source).and_then(|()| rewrite_part(source, self.places.len(), target));
        match rewritten {
            Ok((written, offsets)) => {
                self.places.extend(offsets.into_iter().map(|offset| Place {
                    field,
                    position: Position::of(source, offset),
                }));
                Some(written)
            }
            Err(fault) => {
                self.note(field, source, fault);
                None
            }
        }
    }

    /// Turns MJML into the HTML template and the text template derived from it.
    fn body(&mut self, source: &str) -> Option<(String, String)> {
        let source = match self.footer {
            Footer::Ensure => footer::ensure_footer(source, self.locale),
            Footer::Leave => source.into(),
        };
        let first_id = self.places.len();
        match body_templates(&source, first_id, self.locale) {
            Ok((templates, offsets)) => {
                let places = offsets.into_iter().map(|offset| Place {
                    field: "mjml",
                    position: Position::of(&source, offset),
                });
                self.places.extend(places);
                Some(templates)
            }
            Err(fault) => {
                self.note("mjml", &source, fault);
                None
            }
        }
    }

    fn parse(&mut self, field: &'static str, source: &str) -> Option<Template> {
        if !self.problems.is_empty() {
            return None;
        }
        match liquid_core::parser::parse(source, language()) {
            Ok(elements) => Some(Template::new(elements)),
            Err(error) => {
                let fault = tags_do_not_fit(&error);
                self.note(field, "", fault);
                None
            }
        }
    }
}

type BodyTemplates = ((String, String), Vec<usize>);

fn body_templates(source: &str, first_id: usize, locale: &str) -> Result<BodyTemplates, Fault> {
    check_characters(source)?;
    let pieces = scan(source)?;
    check_blocks(pieces.iter())?;
    for piece in &pieces {
        check_syntax(piece)?;
    }
    let lifted = lift::lift(source, &pieces)?;
    let html = mjml::to_html(&lifted, locale)?;
    // What stands in attributes may be dropped or repeated by the renderer, but only as a whole.
    check_blocks(
        mjml::placeholders(&html, &lifted.prefix).filter_map(|(_, index, _)| pieces.get(index)),
    )?;
    let derived = text::template_of_html(&html, &lifted.prefix);
    let marked = mark::wrap_all(&html, &lifted.prefix);
    let around = |indexes: &[usize], target| outside(indexes, &pieces, first_id, target);
    let finish = |body: &str, target| {
        let body = mark::restore(body, &lifted.prefix, &pieces, first_id, target);
        format!(
            "{}{body}{}",
            around(&lifted.leading, target),
            around(&lifted.trailing, target)
        )
    };
    let templates = (
        finish(&marked, Target::Html),
        finish(&derived, Target::Text),
    );
    Ok((templates, pieces.iter().map(|piece| piece.start).collect()))
}

/// Writes the tags that stand before `<mjml>` or after it, such as `assign`.
fn outside(indexes: &[usize], pieces: &[Piece<'_>], first_id: usize, target: Target) -> String {
    let names = crate::liquid::Names::of(pieces);
    let mut out = String::new();
    for index in indexes {
        if let Some(piece) = pieces
            .get(*index)
            .filter(|piece| piece.kind != Kind::Output)
        {
            rewrite(piece, first_id + index, target, &names, &mut out);
        }
    }
    out
}

/// Every tag was checked on its own, so this is a combination that the checks missed.
pub(crate) fn tags_do_not_fit(error: &liquid_core::Error) -> Fault {
    let detail = error.to_string();
    Fault::new(
        0,
        "liquid_syntax",
        format!("Liquid の組み合わせが正しくありません（{detail}）。"),
        format!("the Liquid tags do not fit together ({detail})"),
    )
}

pub(crate) fn check_characters(source: &str) -> Result<(), Fault> {
    match source.bytes().position(|b| is_control(b) && b != b'\r') {
        Some(offset) => Err(Fault::new(
            offset,
            "control_character",
            "見えない制御文字が含まれています。この文字を削除してください。",
            "there is an invisible control character here; delete it",
        )),
        None => Ok(()),
    }
}

/// Puts the preheader where mail clients look for it: first in the body, unseen.
fn insert_preheader(html: &mut String, preheader: &str) {
    let Some(body) = html.find("<body") else {
        return;
    };
    let Some(end) = html[body..].find('>') else {
        return;
    };
    // The filler keeps clients from showing the first words of the body after a short preheader.
    let filler = "&#847;&zwnj;&nbsp;".repeat(30);
    let style = "display:none;font-size:1px;line-height:1px;max-height:0;max-width:0;opacity:0;overflow:hidden;mso-hide:all";
    html.insert_str(
        body + end + 1,
        &format!("<div style=\"{style}\">{preheader}{filler}</div>"),
    );
}
