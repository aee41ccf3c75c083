//! The filters beside the library's, and the bounds around all of them.

mod number;
mod own;

use std::fmt;

use liquid_core::parser::{FilterArguments, ParameterReflection};
use liquid_core::{
    Error, Expression, Filter, FilterReflection, Language, ParseFilter, Result, Runtime, Value,
    ValueCow, ValueView,
};
use liquid_lib::stdlib;

use super::MAX_OUTPUT_BYTES;

pub use own::FILTERS;

type Run = fn(&dyn ValueView, &[ValueCow<'_>], &dyn Runtime) -> Result<Value>;

/// A filter of our own: a function with some positional arguments.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Own {
    pub(crate) name: &'static str,
    pub(crate) required: usize,
    pub(crate) accepted: usize,
    pub(crate) run: Run,
}

impl FilterReflection for Own {
    fn name(&self) -> &str {
        self.name
    }

    fn description(&self) -> &'static str {
        ""
    }

    fn positional_parameters(&self) -> &'static [ParameterReflection] {
        &[]
    }

    fn keyword_parameters(&self) -> &'static [ParameterReflection] {
        &[]
    }
}

impl ParseFilter for Own {
    fn parse(&self, mut arguments: FilterArguments<'_>) -> Result<Box<dyn Filter>> {
        let given: Vec<_> = arguments.positional.collect();
        if arguments.keyword.next().is_some()
            || !(self.required..=self.accepted).contains(&given.len())
        {
            let message = format!(
                "`{}` takes {} to {} arguments, {} given",
                self.name,
                self.required,
                self.accepted,
                given.len()
            );
            return Err(Error::with_msg(message));
        }
        Ok(Box::new(OwnFilter {
            own: *self,
            arguments: given,
        }))
    }

    fn reflection(&self) -> &dyn FilterReflection {
        self
    }
}

#[derive(Debug)]
struct OwnFilter {
    own: Own,
    arguments: Vec<Expression>,
}

impl fmt::Display for OwnFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.own.name)
    }
}

impl Filter for OwnFilter {
    fn evaluate(&self, input: &dyn ValueView, runtime: &dyn Runtime) -> Result<Value> {
        let arguments: Result<Vec<_>> = self
            .arguments
            .iter()
            .map(|argument| argument.evaluate(runtime))
            .collect();
        (self.own.run)(input, &arguments?, runtime)
    }
}

/// A filter of the library: nil stays nil, and the result may not outgrow the render's budget.
#[derive(Clone)]
struct Bounded(Box<dyn ParseFilter>);

impl ParseFilter for Bounded {
    fn parse(&self, arguments: FilterArguments<'_>) -> Result<Box<dyn Filter>> {
        let takes_nil = matches!(
            self.0.reflection().name(),
            "default" | "append" | "prepend" | "size"
        );
        Ok(Box::new(BoundedFilter {
            inner: self.0.parse(arguments)?,
            takes_nil,
        }))
    }

    fn reflection(&self) -> &dyn FilterReflection {
        self.0.reflection()
    }
}

#[derive(Debug)]
struct BoundedFilter {
    inner: Box<dyn Filter>,
    takes_nil: bool,
}

impl fmt::Display for BoundedFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.inner, f)
    }
}

impl Filter for BoundedFilter {
    fn evaluate(&self, input: &dyn ValueView, runtime: &dyn Runtime) -> Result<Value> {
        if input.is_nil() && !self.takes_nil {
            return Ok(Value::Nil);
        }
        let value = self.inner.evaluate(input, runtime)?;
        if weight(&value) > MAX_OUTPUT_BYTES {
            Err(too_large())
        } else {
            Ok(value)
        }
    }
}

pub(crate) fn too_large() -> Error {
    Error::with_msg("the result of this filter is over 512 KB")
}

/// Estimates the bytes of a value, stopping where the answer is "too many".
fn weight(value: &Value) -> usize {
    match value {
        Value::Scalar(scalar) => scalar.to_kstr().len(),
        Value::Array(items) => {
            let mut sum = 0;
            for item in items {
                sum += 32 + weight(item);
                if sum > MAX_OUTPUT_BYTES {
                    break;
                }
            }
            sum
        }
        Value::Object(object) => object
            .iter()
            .map(|(key, value)| key.len() + weight(value))
            .sum(),
        Value::State(_) | Value::Nil => 0,
    }
}

/// Adds every filter to the language.
pub(crate) fn register(language: &mut Language) {
    let library: Vec<Box<dyn ParseFilter>> = vec![
        Box::new(stdlib::Abs),
        Box::new(stdlib::Ceil),
        Box::new(stdlib::Floor),
        Box::new(stdlib::Round),
        Box::new(stdlib::AtLeast),
        Box::new(stdlib::AtMost),
        Box::new(stdlib::Upcase),
        Box::new(stdlib::Downcase),
        Box::new(stdlib::Capitalize),
        Box::new(stdlib::Strip),
        Box::new(stdlib::Lstrip),
        Box::new(stdlib::Rstrip),
        Box::new(stdlib::StripNewlines),
        Box::new(stdlib::StripHtml),
        Box::new(stdlib::Truncate),
        Box::new(stdlib::TruncateWords),
        Box::new(stdlib::Remove),
        Box::new(stdlib::RemoveFirst),
        Box::new(stdlib::ReplaceFirst),
        Box::new(stdlib::Append),
        Box::new(stdlib::Prepend),
        Box::new(stdlib::Split),
        Box::new(stdlib::Slice),
        Box::new(stdlib::Size),
        Box::new(stdlib::First),
        Box::new(stdlib::Last),
        Box::new(stdlib::Map),
        Box::new(stdlib::Where),
        Box::new(stdlib::Sort),
        Box::new(stdlib::SortNatural),
        Box::new(stdlib::Reverse),
        Box::new(stdlib::Uniq),
        Box::new(stdlib::Compact),
        Box::new(stdlib::Concat),
        Box::new(stdlib::Escape),
        Box::new(stdlib::EscapeOnce),
        Box::new(stdlib::NewlineToBr),
        Box::new(stdlib::UrlEncode),
        Box::new(stdlib::UrlDecode),
        Box::new(stdlib::Default),
    ];
    for filter in library {
        let name = filter.reflection().name().to_owned();
        language.filters.register(name, Box::new(Bounded(filter)));
    }
    for own in own::OWN.iter().chain(number::NUMBER) {
        language
            .filters
            .register(own.name.to_owned(), Box::new(*own));
    }
}
