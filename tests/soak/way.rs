//! The ways in which the server fails.

/// A way to fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    ResetUnread,
    ResetRead,
    ResetInBody,
    Truncated,
    TooManyWithWait,
    TooMany,
    Unavailable,
    Overloaded,
    Failed,
    Html,
    BreaksSchema,
    NoJson,
    TooLate,
}

/// What an attempt that was met with it has cost, as far as the client can know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cost {
    /// The answer says so.
    Told,
    /// Nothing: the server said no.
    Nothing,
    /// Nobody knows.
    Unknown,
}

impl Way {
    pub const ALL: [Self; 13] = [
        Self::ResetUnread,
        Self::ResetRead,
        Self::ResetInBody,
        Self::Truncated,
        Self::TooManyWithWait,
        Self::TooMany,
        Self::Unavailable,
        Self::Overloaded,
        Self::Failed,
        Self::Html,
        Self::BreaksSchema,
        Self::NoJson,
        Self::TooLate,
    ];

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::ResetUnread => "reset before reading",
            Self::ResetRead => "reset after reading",
            Self::ResetInBody => "reset in the middle of the body",
            Self::Truncated => "body that ends before its end",
            Self::TooManyWithWait => "429 with a wait",
            Self::TooMany => "429 without",
            Self::Unavailable => "503",
            Self::Overloaded => "529",
            Self::Failed => "500",
            Self::Html => "HTML with 200",
            Self::BreaksSchema => "JSON that breaks the schema (a blank for text)",
            Self::NoJson => "prose for JSON (a blank for text)",
            Self::TooLate => "answer behind the attempt's timeout",
        }
    }

    /// What the client makes of it, if it does not give up before.
    pub(crate) fn heard_as(self) -> &'static [&'static str] {
        match self {
            Self::ResetUnread | Self::ResetRead | Self::ResetInBody | Self::Truncated => {
                &["interrupted"]
            }
            Self::TooManyWithWait | Self::TooMany => &["rate limit"],
            Self::Unavailable => &["unavailable"],
            Self::Overloaded => &["overloaded"],
            Self::Failed => &["server"],
            Self::Html => &["protocol"],
            Self::BreaksSchema | Self::NoJson => &["answer", "empty"],
            Self::TooLate => &["answer"],
        }
    }

    pub(crate) fn cost(self) -> Cost {
        match self {
            Self::ResetUnread
            | Self::ResetRead
            | Self::ResetInBody
            | Self::Truncated
            | Self::Failed
            | Self::Html => Cost::Unknown,
            Self::TooManyWithWait | Self::TooMany | Self::Unavailable | Self::Overloaded => {
                Cost::Nothing
            }
            Self::BreaksSchema | Self::NoJson | Self::TooLate => Cost::Told,
        }
    }

    /// Whether the answer is none that can be accepted.
    pub(crate) fn is_invalid(self) -> bool {
        matches!(self, Self::BreaksSchema | Self::NoJson)
    }
}
