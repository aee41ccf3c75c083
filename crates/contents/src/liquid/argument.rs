//! Helpers for reading the arguments of our own tags.

use liquid_core::parser::TryMatchToken;
use liquid_core::{Expression, Result, Runtime, TagTokenIter, ValueView};

/// What a loop runs over.
#[derive(Debug)]
pub(crate) enum Source {
    List(Expression),
    Range(Expression, Expression),
}

/// The header of `for` and `tablerow`.
#[derive(Debug)]
pub(crate) struct Header {
    pub(crate) name: String,
    pub(crate) source: Source,
    pub(crate) limit: Option<Expression>,
    pub(crate) offset: Option<Expression>,
    pub(crate) cols: Option<Expression>,
    pub(crate) is_reversed: bool,
}

impl Header {
    pub(crate) fn parse(arguments: &mut TagTokenIter<'_>, is_table: bool) -> Result<Self> {
        let name = arguments.expect_next("a name is missing, as in `for product in products`")?;
        let name = name.expect_identifier().into_result()?.to_owned();
        arguments
            .expect_next("`in` is missing, as in `for product in products`")?
            .expect_str("in")
            .into_result_custom_msg("`in` expected, as in `for product in products`")?;
        let source = arguments.expect_next("a list or a range such as (1..3) is missing")?;
        let source = match source.expect_value() {
            TryMatchToken::Matches(list) => Source::List(list),
            TryMatchToken::Fails(token) => {
                let (from, to) = token.expect_range().into_result()?;
                Source::Range(from, to)
            }
        };
        let mut header = Self {
            name,
            source,
            limit: None,
            offset: None,
            cols: None,
            is_reversed: false,
        };
        while let Some(token) = arguments.next() {
            match token.as_str() {
                "limit" => header.limit = Some(attribute(arguments)?),
                "offset" => header.offset = Some(attribute(arguments)?),
                "cols" if is_table => header.cols = Some(attribute(arguments)?),
                "reversed" if !is_table => header.is_reversed = true,
                "," => {}
                _ => {
                    return Err(token.raise_custom_error(
                        "limit, offset, reversed (for) or cols (tablerow) expected",
                    ));
                }
            }
        }
        Ok(header)
    }
}

fn attribute(arguments: &mut TagTokenIter<'_>) -> Result<Expression> {
    arguments
        .expect_next("`:` expected")?
        .expect_str(":")
        .into_result_custom_msg("`:` expected")?;
    arguments
        .expect_next("a value is missing after `:`")?
        .expect_value()
        .into_result()
}

/// Evaluates an optional whole number; anything else counts as absent.
pub(crate) fn whole(expression: Option<&Expression>, runtime: &dyn Runtime) -> Result<Option<i64>> {
    let Some(expression) = expression else {
        return Ok(None);
    };
    let value = expression.evaluate(runtime)?;
    Ok(value.as_scalar().and_then(|scalar| scalar.to_integer()))
}

/// Reads the whole number that the rewriter put in front of a private tag's arguments.
pub(crate) fn number(arguments: &mut TagTokenIter<'_>) -> Result<usize> {
    let value = arguments
        .expect_next("number expected")?
        .expect_literal()
        .into_result()?;
    let number = value
        .as_scalar()
        .and_then(|scalar| scalar.to_integer())
        .unwrap_or(0);
    Ok(usize::try_from(number).unwrap_or(0))
}
