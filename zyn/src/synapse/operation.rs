//! How an input becomes the data of a prompt and the form of its answer.

use std::sync::Arc;

use super::form::Form;
use super::input::Named;
use super::particulars::Particulars;
use super::step::INPUT;
use crate::error::ErrorKind;
use crate::session::Block;

/// What a verb makes of its input.
pub(crate) trait Operation<T, I>: Send + Sync {
    /// The data that is sent, and how an answer about it is read.
    fn ask(&self, input: I, particulars: &Particulars) -> Result<Asked<T>, ErrorKind>;
}

/// An input, asked about.
pub(crate) struct Asked<T> {
    pub(crate) blocks: Vec<Block>,
    pub(crate) form: Arc<dyn Form<T>>,
}

/// The operation of a verb whose answer has one form, whatever the input says.
pub(crate) struct Fixed<T>(Arc<dyn Form<T>>);

impl<T> Fixed<T> {
    pub(crate) fn new(form: impl Form<T>) -> Self {
        Self(Arc::new(form))
    }
}

impl<T, I: Named> Operation<T, I> for Fixed<T> {
    fn ask(&self, input: I, _: &Particulars) -> Result<Asked<T>, ErrorKind> {
        asked(input, Arc::clone(&self.0))
    }
}

/// An input, asked about in `form`.
pub(crate) fn asked<T>(input: impl Named, form: Arc<dyn Form<T>>) -> Result<Asked<T>, ErrorKind> {
    let blocks = input.blocks(INPUT)?;
    Ok(Asked { blocks, form })
}
