//! Where data comes from, and what that source may do.

/// Where a message, a row or a change comes from. The numbers are stored: never reuse one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(i16)]
pub enum Source {
    /// A secret key of a server of the company.
    Server = 1,
    /// A key that stands readable in a web page: anybody may use it.
    Browser = 2,
    /// A file that a user loaded.
    Import = 3,
    /// A form that the person filled in, or the preference page.
    Form = 4,
    /// A user of the admin.
    Admin = 5,
}

impl Source {
    /// Returns the stored number.
    pub const fn code(self) -> i16 {
        self as i16
    }

    /// Returns the word that consent records and quarantine hold.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Browser => "browser",
            Self::Import => "import",
            Self::Form => "form",
            Self::Admin => "admin",
        }
    }

    /// Tells whether the source speaks for the company or the person: all but a browser key.
    pub const fn is_trusted(self) -> bool {
        !matches!(self, Self::Browser)
    }
}
