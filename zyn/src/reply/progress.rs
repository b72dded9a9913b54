//! How far an answer, or a part of it, is written.

use serde::de::DeserializeOwned;
use serde_json::Value;

/// A value, or what is complete of one that is still being written.
///
/// [`Extract::partial`](crate::Extract::partial) makes the type's own partial of it. A complete part does not change any
/// more, a list has its items from the first on, and a part that is missing has not come yet, or is absent.
///
/// # Examples
///
/// ```
/// use serde_json::json;
/// use zyn::stream::Progress;
///
/// let value = json!({ "name": "Ada", "tags": ["new"] });
/// let open = Progress::open(&value);
/// assert!(!open.is_complete()); // there may be more fields
/// assert_eq!(open.field("name").and_then(|name| name.read()), Some("Ada".to_owned()));
/// assert!(open.field("email").is_none());
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Progress<'a>(View<'a>);

#[derive(Debug, Clone, Copy)]
enum View<'a> {
    Complete(&'a Value),
    /// Open, with parts that are all complete.
    Open(&'a Value),
    Grown(&'a Grown),
}

/// What there is of a value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Grown {
    Complete(Value),
    /// An open list, with the items that have begun.
    List(Vec<Grown>),
    /// An open object, with the fields that have begun, in the order in which they were written.
    Object(Vec<(String, Grown)>),
}

impl Grown {
    pub(crate) fn progress(&self) -> Progress<'_> {
        Progress(match self {
            Self::Complete(value) => View::Complete(value),
            grown => View::Grown(grown),
        })
    }
}

impl<'a> Progress<'a> {
    /// A value that is written to its end.
    pub fn complete(value: &'a Value) -> Self {
        Self(View::Complete(value))
    }

    /// An object or a list that is not written to its end; what is in it, is.
    pub fn open(value: &'a Value) -> Self {
        Self(View::Open(value))
    }

    /// Whether it is written to its end.
    pub fn is_complete(self) -> bool {
        matches!(self.0, View::Complete(_))
    }

    /// Whether it is `null`.
    pub fn is_null(self) -> bool {
        matches!(self.0, View::Complete(Value::Null))
    }

    /// The field of an object, if it has begun.
    pub fn field(self, name: &str) -> Option<Progress<'a>> {
        match self.0 {
            View::Complete(value) | View::Open(value) => value.get(name).map(Self::complete),
            View::Grown(Grown::Object(fields)) => {
                let mut fields = fields.iter();
                let field = fields.find(|(field, _)| field == name);
                field.map(|(_, field)| field.progress())
            }
            View::Grown(_) => None,
        }
    }

    /// The fields of an object that have begun, with their names.
    ///
    /// # Examples
    ///
    /// ```
    /// use serde_json::json;
    /// use zyn::stream::Progress;
    ///
    /// let basket = json!({ "apples": 2, "pears": 1 });
    /// let counts = Progress::open(&basket).fields().filter_map(|(_, count)| count.read::<u32>());
    /// assert_eq!(counts.sum::<u32>(), 3);
    /// ```
    pub fn fields(self) -> impl Iterator<Item = (&'a str, Progress<'a>)> {
        let (whole, grown) = match self.0 {
            View::Complete(value) | View::Open(value) => (value.as_object(), None),
            View::Grown(Grown::Object(fields)) => (None, Some(fields)),
            View::Grown(_) => (None, None),
        };
        let whole = whole.into_iter().flatten();
        let whole = whole.map(|(name, field)| (name.as_str(), Self::complete(field)));
        let grown = grown.into_iter().flatten();
        whole.chain(grown.map(|(name, field)| (name.as_str(), field.progress())))
    }

    /// The items of a list that have begun.
    ///
    /// # Examples
    ///
    /// ```
    /// use serde_json::json;
    /// use zyn::stream::Progress;
    ///
    /// let tags = json!(["new", "urgent"]);
    /// assert_eq!(Progress::open(&tags).items().count(), 2);
    /// ```
    pub fn items(self) -> impl Iterator<Item = Progress<'a>> {
        let (whole, grown) = match self.0 {
            View::Complete(value) | View::Open(value) => (value.as_array(), None),
            View::Grown(Grown::List(items)) => (None, Some(items)),
            View::Grown(_) => (None, None),
        };
        let whole = whole.into_iter().flatten().map(Self::complete);
        whole.chain(grown.into_iter().flatten().map(Grown::progress))
    }

    /// The value, if it is written to its end and is one of the type.
    ///
    /// # Examples
    ///
    /// ```
    /// use serde_json::json;
    /// use zyn::stream::Progress;
    ///
    /// let tags = json!(["new", "urgent"]);
    /// assert_eq!(Progress::complete(&tags).read::<Vec<String>>().map(|tags| tags.len()), Some(2));
    /// assert_eq!(Progress::open(&tags).read::<Vec<String>>(), None); // there may be more items
    /// ```
    pub fn read<T: DeserializeOwned>(self) -> Option<T> {
        self.read_with(|value| T::deserialize(value))
    }

    /// What `read` makes of the value, if it is written to its end.
    pub(crate) fn read_with<T, E>(self, read: impl FnOnce(&'a Value) -> Result<T, E>) -> Option<T> {
        match self.0 {
            View::Complete(value) => read(value).ok(),
            View::Open(_) | View::Grown(_) => None,
        }
    }

    /// The items from the first on that are complete and are values of the type.
    ///
    /// # Examples
    ///
    /// ```
    /// use serde_json::json;
    /// use zyn::stream::Progress;
    ///
    /// let tags = json!(["new", "urgent", 3]);
    /// assert_eq!(Progress::open(&tags).read_items::<String>(), ["new", "urgent"]);
    /// ```
    pub fn read_items<T: DeserializeOwned>(self) -> Vec<T> {
        self.items().map_while(Self::read).collect()
    }
}
