//! Words of a fixed set that a schema does not enforce.

/// Declares an enum of words which keeps a word outside the set as it was written.
macro_rules! words {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $( $(#[$word_meta:meta])* $word:ident = $text:literal, )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            /// No word: empty or not given.
            #[default]
            Unset,
            $( $(#[$word_meta])* $word, )+
            /// A word outside the set, as it was written.
            Other(Box<str>),
        }

        impl $name {
            /// Every word of the set, without the empty one.
            pub const ALL: &'static [Self] = &[$( Self::$word ),+];

            /// The word as it is written.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    Self::Unset => "",
                    $( Self::$word => $text, )+
                    Self::Other(text) => text,
                }
            }

            /// True for a word of the set; false if it is empty or foreign.
            #[must_use]
            pub fn is_known(&self) -> bool {
                Self::ALL.contains(self)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    "" => Self::Unset,
                    $( $text => Self::$word, )+
                    other => Self::Other(other.into()),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                Ok(Self::from(text.as_ref()))
            }
        }
    };
}
pub(crate) use words;
