//! What a model is shown before it is asked: inputs, each with the answer it should have.

use std::sync::Arc;

use serde_json::{Value, json};

use super::beside::Beside;
use super::form::{Shape, Typed, Validator};
use super::operation::{Asked, Operation};
use super::particulars::Particulars;
use super::step::EXAMPLE;
use crate::error::{Error, ErrorKind, Excerpt};
use crate::refusal::ExampleProblem;
use crate::reply;
use crate::schema::Form;
use crate::session::Block;

/// An example is written before it is known who reads it: as the type has it, and with `null` for what is absent.
const UNKNOWN: Form = Form {
    entries: false,
    null: true,
};

/// An input and the answer it should have.
pub(crate) struct Example<I> {
    pub(crate) input: I,
    /// The value of the answer, as it is written; why it cannot be, else.
    pub(crate) answer: Result<Value, Arc<serde_json::Error>>,
}

/// The blocks of all examples, in their order: each part fenced by itself, so that no example can pass for two.
///
/// An example has the answer alone: nobody wrote down the reasoning or the confidence of one. Its name says what is left
/// out, so that a model does not take it for the whole of what it is to write.
pub(crate) fn blocks<T: 'static, I: Clone>(
    examples: &[Arc<Example<I>>],
    operation: &dyn Operation<T, I>,
    particulars: &Particulars,
    validators: &[Validator<T>],
    beside: Beside,
) -> Result<Vec<Block>, Error> {
    let answer_name = match &*beside.names() {
        [] => "answer".to_owned(),
        left_out => format!("answer, without its {}", left_out.join(" and ")),
    };
    let mut all = Vec::new();
    for (example, number) in examples.iter().zip(1..) {
        let refused = |problem| ErrorKind::Example { number, problem };
        let Asked { blocks, form } = operation
            .ask(example.input.clone(), particulars)
            .map_err(|problem| refused(ExampleProblem::Input(Box::new(problem))))?;
        if blocks.is_empty() {
            return Err(refused(ExampleProblem::NoInput).into());
        }
        if blocks.iter().any(Block::is_blank) {
            let problem = Box::new(ErrorKind::EmptyInput);
            return Err(refused(ExampleProblem::Input(problem)).into());
        }
        let shape = form.shape()?;
        let wrapped = match &shape {
            Shape::Document(schema) => !beside.is_nothing() || schema.is_wrapped(),
            _ => false,
        };
        let typed = Typed {
            form,
            validators: validators.to_vec(),
            beside,
            field: shape.field(),
        };
        let answer = answer(example, &typed, &shape, wrapped).map_err(refused)?;
        let named = |name: &str| format!("{EXAMPLE}{number} {name}");
        all.extend(blocks.into_iter().map(|mut block| {
            block.name = named(&block.name).into();
            block
        }));
        all.push(Block::new(named(&answer_name), answer));
    }
    Ok(all)
}

/// The answer as the model would have to write it, if it would be accepted.
fn answer<T: 'static, I>(
    example: &Example<I>,
    typed: &Typed<T>,
    shape: &Shape,
    wrapped: bool,
) -> Result<String, ExampleProblem> {
    let value = match &example.answer {
        Ok(value) => typed.form.shown(value.clone()),
        Err(problem) => {
            let problem = Excerpt::new(&problem.to_string());
            return Err(ExampleProblem::AnswerNotJson { problem });
        }
    };
    let accepted = match shape.schema() {
        Some(schema) => reply::check(schema, &value).and_then(|value| typed.accept(&value)),
        None => typed.accept(&value),
    };
    accepted.map_err(ExampleProblem::Answer)?;
    let value = match shape.schema() {
        Some(schema) => reply::filled(schema, &value, UNKNOWN),
        None => value,
    };
    let alone = typed.beside.is_nothing();
    Ok(match (shape.field(), value) {
        (Some(_), Value::String(text)) if alone && shape.schema().is_none() => text,
        (Some(field), value) if wrapped || shape.schema().is_none() => {
            json!({ field: value }).to_string()
        }
        (_, value) => value.to_string(),
    })
}
